import { generateKeyPairSync } from 'node:crypto';

/** A key file of a service account, as the Google Cloud console gives it; its key is new, and no Google knows it. */
export function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return JSON.stringify({
    type: 'service_account',
    project_id: 'p',
    private_key_id: 'k',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'worker@p.iam.gserviceaccount.com',
  });
}
