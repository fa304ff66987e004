/** One thing that production cannot do without: any of `names`, and what it is. */
interface Requirement {
  names: string[];
  what: string;
}

const REQUIRED: Requirement[] = [
  {
    names: ['DATABASE_URL'],
    what: 'the Postgres database, as postgresql://user:password@host:5432/database',
  },
  {
    names: ['REDIS_URL', 'UPSTASH_REDIS_URL'],
    what: 'Redis, as redis(s)://:password@host:6379; with UPSTASH_REDIS_URL its password may be in UPSTASH_REDIS_TOKEN',
  },
  {
    names: ['NEXTAUTH_SECRET', 'AUTH_SECRET'],
    what: 'signs the sessions; 32 characters or more: openssl rand -base64 32',
  },
  {
    names: ['TOKEN_ENCRYPTION_KEYS'],
    what: 'encrypts mailbox credentials: k1:<32 bytes in base64>, the newest first',
  },
  { names: ['HEALTH_API_KEY'], what: 'opens /api/health; comma separated while rotating' },
  { names: ['ADMIN_API_KEY'], what: 'opens /api/admin' },
  { names: ['GOOGLE_CLIENT_ID'], what: 'the OAuth client, from the Google Cloud console' },
  { names: ['GOOGLE_CLIENT_SECRET'], what: 'its secret' },
  { names: ['PUBLIC_URL'], what: 'the address people type, as https://mail.example.org' },
];

/** What is missing, one line each; empty when nothing is. */
export function missingForProduction(env: NodeJS.ProcessEnv): string[] {
  return REQUIRED.filter(({ names }) => !names.some((name) => env[name]?.trim())).map(
    ({ names, what }) => `${names.join(' or ')}: ${what}`,
  );
}
