import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CredentialsUnreadableError } from './errors.ts';

const credentials = z.object({
  refreshToken: z.string().min(1),
  accessToken: z.string().nullable(),
  accessTokenExpiresAt: z.number().nullable(),
  scope: z.string(),
});

/** What lets us act for a mailbox. `accessTokenExpiresAt` is in milliseconds since 1970. */
export type Credentials = z.infer<typeof credentials>;

/** Key id → 32 bytes. The first one seals; all of them open, so that keys rotate without downtime. */
export type EncryptionKeys = ReadonlyMap<string, Buffer>;

/**
 * AES-256-GCM with a fresh 96-bit nonce, the mailbox id as associated data: sealed credentials that
 * are copied to another mailbox's row do not open. Form: `v1.<key id>.<base64url of nonce, tag, text>`.
 */
export function sealCredentials(mailboxId: string, value: Credentials, keys: EncryptionKeys): string {
  const [current] = keys;
  if (!current) throw new CredentialsUnreadableError('no encryption key is set (TOKEN_ENCRYPTION_KEYS)');
  const [keyId, key] = current;
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(mailboxId));
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return `v1.${keyId}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
}

/** @throws CredentialsUnreadableError */
export function openCredentials(mailboxId: string, sealed: string, keys: EncryptionKeys): Credentials {
  const [version, keyId = '', body = ''] = sealed.split('.');
  const key = keys.get(keyId);
  if (version !== 'v1' || !key) {
    throw new CredentialsUnreadableError(`the credentials of ${mailboxId} are sealed with an unknown key`);
  }
  const bytes = Buffer.from(body, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(Buffer.from(mailboxId))
      .setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    return credentials.parse(JSON.parse(text));
  } catch {
    // The cause would carry what was decrypted.
    throw new CredentialsUnreadableError(`the credentials of ${mailboxId} do not open`);
  }
}
