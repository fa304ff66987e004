import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.ts';
import { localSettings } from './settings.ts';

const settings = (env: Record<string, string>, ...args: string[]) =>
  localSettings(parseArguments(args), '/clone', env as NodeJS.ProcessEnv);

describe('what npm start is told by its environment', () => {
  it('is nothing, at first: the simulator, own servers, port 3001, data in the clone', () => {
    expect(settings({})).toMatchObject({
      simulator: true,
      databaseUrl: undefined,
      redisUrl: undefined,
      port: 3001,
      publicUrl: 'http://localhost:3001',
      dataDir: '/clone/.finito',
    });
  });

  it('an argument wins over the environment', () => {
    expect(settings({ PORT: '4000' }, '--port', '4001')).toMatchObject({
      port: 4001,
      publicUrl: 'http://localhost:4001',
    });
  });

  it('a relative data directory is read from where the command was typed', () => {
    expect(settings({ FINITO_DATA_DIR: 'data', INIT_CWD: '/home/me' }).dataDir).toBe('/home/me/data');
  });

  it('a client of Google’s turns the simulator off', () => {
    expect(settings({ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' }).simulator).toBe(false);
  });

  it('what does not fit together is said all at once', () => {
    expect(() => settings({ GOOGLE_CLIENT_ID: 'id', PORT: 'many' })).toThrow(
      /PORT.*\n.*GOOGLE_CLIENT_SECRET/,
    );
  });

  it('empty variables count as not set, as compose files write them', () => {
    expect(settings({ PORT: '', DATABASE_URL: '', FINITO_DATA_DIR: '', GOOGLE_CLIENT_ID: '' })).toMatchObject(
      { port: 3001, databaseUrl: undefined, dataDir: '/clone/.finito', simulator: true },
    );
  });
});
