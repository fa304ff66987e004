/** `node k8s/local-secrets.ts | kubectl apply --filename -`: new secrets for the overlay `local`, printed and not kept. */
import { randomBytes } from 'node:crypto';

const random = () => randomBytes(24).toString('hex');
const passwords = { POSTGRES_PASSWORD: random(), REDIS_PASSWORD: random() };
const databaseUrl = `postgresql://finito:${passwords.POSTGRES_PASSWORD}@postgres:5432/finito`;

print('finito-databases', passwords);
print('finito-secrets', {
  DATABASE_URL: databaseUrl,
  MIGRATE_DATABASE_URL: databaseUrl,
  REDIS_URL: `redis://:${passwords.REDIS_PASSWORD}@redis:6379`,
  NEXTAUTH_SECRET: random(),
  TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  HEALTH_API_KEY: random(),
  ADMIN_API_KEY: random(),
  GOOGLE_CLIENT_ID: 'simulator-client',
  GOOGLE_CLIENT_SECRET: 'simulator-secret',
});

function print(name: string, stringData: Record<string, string>): void {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'finito-mail' },
    stringData,
  };
  console.log(`---\n${JSON.stringify(secret, null, 2)}`);
}
