import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CredentialsUnreadableError } from './errors.ts';

/** Key id → 32 bytes. The first one seals; all of them open, so that keys rotate without downtime. */
export type EncryptionKeys = ReadonlyMap<string, Buffer>;

/**
 * AES-256-GCM with a fresh 96-bit nonce, the owner's id as associated data: what is copied to another row does not
 * open. Form: `v1.<key id>.<base64url of nonce, tag, text>`.
 */
export function sealText(ownerId: string, text: string, keys: EncryptionKeys): string {
  const [current] = keys;
  if (!current) throw new CredentialsUnreadableError('no encryption key is set (TOKEN_ENCRYPTION_KEYS)');
  const [keyId, key] = current;
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(ownerId));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v1.${keyId}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** @throws CredentialsUnreadableError */
export function openText(ownerId: string, sealed: string, keys: EncryptionKeys): string {
  const [version, keyId = '', body = ''] = sealed.split('.');
  const key = keys.get(keyId);
  if (version !== 'v1' || !key) {
    throw new CredentialsUnreadableError(`what is sealed for ${ownerId} is sealed with an unknown key`);
  }
  const bytes = Buffer.from(body, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(Buffer.from(ownerId))
      .setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  } catch {
    // The cause would carry what was decrypted.
    throw new CredentialsUnreadableError(`what is sealed for ${ownerId} does not open`);
  }
}
