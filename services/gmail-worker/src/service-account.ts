import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PubsubError } from './pubsub-subscription.ts';

const scope = 'https://www.googleapis.com/auth/pubsub';

/**
 * Headers that prove a service account to Google: that of a key file, or without one that of the machine (Google
 * Cloud's metadata, workload identity). The library is read only where it is needed: it costs 15 MB of memory.
 */
export function createServiceAccount({ keyFile }: { keyFile: string | undefined }): () => Promise<Headers> {
  let opened: Promise<{ getRequestHeaders(): Promise<Headers> }> | undefined;
  return async () => {
    try {
      opened ??= open(keyFile);
      return await (await opened).getRequestHeaders();
    } catch (cause) {
      opened = undefined;
      // The library's errors carry what they sent; only their name may be told.
      const name = cause instanceof Error ? cause.name : 'unknown error';
      throw new PubsubError(`the service account cannot be used (${name})`);
    }
  };
}

async function open(keyFile: string | undefined) {
  const { GoogleAuth, JWT } = await import('google-auth-library');
  const key = keyFile === undefined ? undefined : keyOf(await readFile(keyFile, 'utf8'));
  // What is no key is a configuration of another kind of credentials, which the library finds by the same variable.
  if (!key) return new GoogleAuth({ scopes: [scope] }).getClient();
  const { client_email: email, private_key: pem, private_key_id: keyId } = key;
  const account = new JWT({ email, key: pem, keyId, scopes: [scope] });
  // It signs its own tokens: none is asked of Google.
  account.useJWTAccessWithScope = true;
  return account;
}

const serviceAccountKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string(),
});

function keyOf(text: string) {
  return serviceAccountKey.safeParse(JSON.parse(text)).data;
}
