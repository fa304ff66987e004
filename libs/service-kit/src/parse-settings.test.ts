import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { commonSettings } from './common-settings.ts';
import { env } from './env.ts';
import { parseSettings, settingNames, SettingsError } from './parse-settings.ts';
import type { SettingsShape } from './parse-settings.ts';

const faultsOf = (schema: SettingsShape, variables: Record<string, string>) => {
  try {
    parseSettings(schema, variables);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
};

describe('parseSettings', () => {
  it('gives typed values under camelCase names, frozen', () => {
    const schema = z.object({
      PORT: env.port({ default: 3001 }),
      GMAIL_TIMEOUT_MS: env.integer({ default: 10_000 }),
      ERROR_RATIO: env.number({ default: 0.1, max: 1 }),
      GMAIL_BATCH: env.choice(['on', 'off', 'auto'], { default: 'auto' }),
      HEALTH_API_KEY: env.list({ minItems: 1 }),
      RATELIMIT_DISABLED: env.flag({ default: false }),
      PUBLIC_URL: env.url().optional(),
    });
    const settings = parseSettings(schema, {
      PORT: '0',
      HEALTH_API_KEY: 'new-key, old-key,',
      RATELIMIT_DISABLED: 'on',
    });
    expect(settings).toEqual({
      port: 0,
      gmailTimeoutMs: 10_000,
      errorRatio: 0.1,
      gmailBatch: 'auto',
      healthApiKey: ['new-key', 'old-key'],
      ratelimitDisabled: true,
      publicUrl: undefined,
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('names all faults at once, one line each, with what would be right', () => {
    const schema = z.object({
      PORT: env.port(),
      REDIS_URL: env.url({ schemes: ['redis', 'rediss'] }),
      LEVEL: env.choice(['low', 'high']),
      SESSION_SECRET: env.secret(),
      RATIO: env.number({ max: 1 }),
      FAST: env.flag(),
    });
    const variables = {
      PORT: '70000',
      REDIS_URL: 'localhost',
      SESSION_SECRET: 'short',
      RATIO: '1.5',
      FAST: 'maybe',
    };
    expect(faultsOf(schema, variables)).toEqual([
      'PORT: is not valid; expected a whole number, from 0 to 65535',
      'REDIS_URL: is not valid; expected a URL that starts with redis:// or rediss://',
      'LEVEL: is missing; expected one of low, high',
      'SESSION_SECRET: is not valid; expected a secret of at least 16 characters',
      'RATIO: is not valid; expected a number, from 0 to 1',
      'FAST: is not valid; expected on or off (also true, false, 1, 0, yes, no)',
    ]);
  });

  it('never repeats the value that it refuses', () => {
    const schema = z.object({ SESSION_SECRET: env.secret({ minLength: 32 }), REDIS_URL: env.url() });
    const faults = faultsOf(schema, {
      SESSION_SECRET: 'planted-secret-one',
      REDIS_URL: 'redis://:planted-secret@host',
    });
    expect(faults).toHaveLength(2);
    expect(faults.join('\n')).not.toContain('planted');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(parseSettings(z.object({ PORT: env.port({ default: 1 }) }), { PORT: '' })).toEqual({ port: 1 });
    expect(faultsOf(z.object({ PORT: env.port() }), { PORT: '' })).toEqual([
      expect.stringContaining('is missing'),
    ]);
  });

  it('reads an alias only where the own name is not set', () => {
    const schema = z.object({ NEXTAUTH_SECRET: env.alias(env.secret({ minLength: 1 }), 'AUTH_SECRET') });
    expect(parseSettings(schema, { AUTH_SECRET: 'b' })).toEqual({ nextauthSecret: 'b' });
    expect(parseSettings(schema, { AUTH_SECRET: 'b', NEXTAUTH_SECRET: 'a' })).toEqual({
      nextauthSecret: 'a',
    });
    expect(settingNames(schema)).toEqual([{ name: 'NEXTAUTH_SECRET', aliases: ['AUTH_SECRET'] }]);
  });
});

describe('REDIS_URL', () => {
  const schema = z.object({ REDIS_URL: commonSettings.REDIS_URL });
  const upstash = { UPSTASH_REDIS_URL: 'rediss://eu1.upstash.example:6379', UPSTASH_REDIS_TOKEN: 'a/b=c' };

  it('takes the token of Upstash as the password of its address', () => {
    expect(parseSettings(schema, upstash).redisUrl).toBe('rediss://:a%2Fb%3Dc@eu1.upstash.example:6379');
  });

  it('leaves an address alone that has a password or another name', () => {
    const withPassword = { ...upstash, UPSTASH_REDIS_URL: 'rediss://:own@eu1.upstash.example:6379' };
    expect(parseSettings(schema, withPassword).redisUrl).toBe(withPassword.UPSTASH_REDIS_URL);
    expect(parseSettings(schema, { ...upstash, REDIS_URL: 'redis://localhost:6379' }).redisUrl).toBe(
      'redis://localhost:6379',
    );
  });
});
