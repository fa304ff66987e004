import { z } from 'zod';
import { CredentialsUnreadableError } from './errors.ts';
import { openText, sealText } from './sealed-text.ts';
import type { EncryptionKeys } from './sealed-text.ts';

const credentials = z.object({
  refreshToken: z.string().min(1),
  accessToken: z.string().nullable(),
  accessTokenExpiresAt: z.number().nullable(),
  scope: z.string(),
});

/** What lets us act for a mailbox. `accessTokenExpiresAt` is in milliseconds since 1970. */
export type Credentials = z.infer<typeof credentials>;

/** Sealed credentials that are copied to another mailbox's row do not open. */
export function sealCredentials(mailboxId: string, value: Credentials, keys: EncryptionKeys): string {
  return sealText(mailboxId, JSON.stringify(value), keys);
}

/** @throws CredentialsUnreadableError */
export function openCredentials(mailboxId: string, sealed: string, keys: EncryptionKeys): Credentials {
  const text = openText(mailboxId, sealed, keys);
  try {
    return credentials.parse(JSON.parse(text));
  } catch {
    // The cause would carry what was decrypted.
    throw new CredentialsUnreadableError(`the credentials of ${mailboxId} are not what we sealed`);
  }
}
