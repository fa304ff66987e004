import { describe, expect, it } from '@jest/globals';
import { parseSettings, SettingsError } from '@finito/service-kit';
import { settingsSchema } from '../src/settings.ts';

/** As the seed prints them, and what the gateway cannot do without besides. */
const seed = {
  HEALTH_API_KEY: 'your-secure-health-api-key-here',
  NEXTAUTH_SECRET: 'your-nextauth-secret-here',
  DATABASE_URL: 'postgresql://user:password@host:5432/database',
  UPSTASH_REDIS_URL: 'redis://default:password@host:6379',
  UPSTASH_REDIS_TOKEN: 'your-upstash-token',
  GOOGLE_CLIENT_ID: 'your-google-client-id',
  GOOGLE_CLIENT_SECRET: 'your-google-client-secret',
};
const required = { ...seed, TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` };

describe('the settings of the gateway', () => {
  it("R56: take the seed's names and forms as they are printed", () => {
    const settings = parseSettings(settingsSchema, required);
    expect(settings).toMatchObject({
      healthApiKey: ['your-secure-health-api-key-here'],
      nextauthSecret: 'your-nextauth-secret-here',
      databaseUrl: seed.DATABASE_URL,
      redisUrl: seed.UPSTASH_REDIS_URL,
      googleClientId: 'your-google-client-id',
      port: 3001,
    });
  });

  it('R15: limit to 100 requests a minute, 10 of sign-in, 50 of sync, 20 of health, unless told', () => {
    expect(parseSettings(settingsSchema, required)).toMatchObject({
      ratelimitGeneralLimit: 100,
      ratelimitAuthLimit: 10,
      ratelimitSyncLimit: 50,
      ratelimitHealthLimit: 20,
    });
  });

  it('R16: limit to what RATELIMIT_… says, as the seed writes it', () => {
    const limits = { RATELIMIT_GENERAL_LIMIT: '200', RATELIMIT_SYNC_LIMIT: '100' };
    expect(parseSettings(settingsSchema, { ...required, ...limits })).toMatchObject({
      ratelimitGeneralLimit: 200,
      ratelimitAuthLimit: 10,
      ratelimitSyncLimit: 100,
    });
    for (const RATELIMIT_GENERAL_LIMIT of ['0', '-1', 'many', '1e3'])
      expect(() => parseSettings(settingsSchema, { ...required, RATELIMIT_GENERAL_LIMIT })).toThrow(
        SettingsError,
      );
  });

  it.each(Object.keys(required).filter((name) => !name.startsWith('UPSTASH')))(
    'R56: name %s when it is missing',
    (name) => {
      expect(() => parseSettings(settingsSchema, { ...required, [name]: '' })).toThrow(name);
    },
  );
});
