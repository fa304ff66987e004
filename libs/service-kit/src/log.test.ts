import { describe, expect, it } from '@jest/globals';
import { createLog } from './log.ts';

const secrets = {
  accessToken: 'ya29.planted-access-token',
  refreshToken: '1//0planted-refresh-token',
  jwt: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.planted_signature',
  code: '4/0planted-oauth-code',
  password: 'planted-redis-password',
  address: 'planted.person@mail.example',
  subject: 'planted subject line',
  body: 'planted words of a letter',
  cookie: 'finito_session=planted-cookie',
};

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(
    createLog({
      service: 'test',
      level: 'trace',
      destination: { write: (line: string) => void lines.push(line) },
    }),
  );
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  return lines.join('');
}

function expectNoSecret(output: string): void {
  for (const secret of Object.values(secrets)) expect(output).not.toContain(secret);
  expect(output).not.toMatch(/planted/);
}

describe('the log', () => {
  it('prints a fixed sentence with its fields, the service and an ISO time', () => {
    const line = logged((log) =>
      log.info({ mailboxId: 'mb_1', added: 3, tokens: 5, durationMs: 12 }, 'mailbox synced'),
    );
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      service: 'test',
      mailboxId: 'mb_1',
      added: 3,
      tokens: 5,
      durationMs: 12,
      msg: 'mailbox synced',
    });
  });

  it('tells the millisecond in which each line was written', () => {
    const written: number[] = [];
    const output = logged((log) => {
      while (new Set(written).size < 4) {
        const before = Date.now();
        log.info('now');
        written.push(before);
      }
    });
    const told = output
      .trim()
      .split('\n')
      .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
    expect(told).toHaveLength(written.length);
    expect(new Set(told).size).toBeGreaterThan(2);
    // The clock may go on between asking it here and there.
    told.forEach((time, n) => expect(time - written[n]!).toBeGreaterThanOrEqual(0));
    told.forEach((time, n) => expect(time - (written[n + 1] ?? time)).toBeLessThanOrEqual(0));
  });

  it('prints no secret of a message or a request, at any depth', () => {
    const message = {
      id: 'msg_1',
      from: secrets.address,
      to: [secrets.address],
      subject: secrets.subject,
      snippet: secrets.body,
      payload: {
        headers: [{ name: 'Subject', value: secrets.subject }],
        parts: [{ body: { data: secrets.body } }],
      },
      content: { html: secrets.body, text: secrets.body },
    };
    const request = {
      headers: { authorization: `Bearer ${secrets.accessToken}`, cookie: secrets.cookie },
      code: secrets.code,
    };
    const output = logged((log) => {
      log.info({ message }, 'a message');
      log.info({ outer: { list: [{ message, deep: { request } }] } }, 'deep');
      log.info({ req: request, 'x-api-key': 'planted', 'Set-Cookie': [secrets.cookie] }, 'a request');
      log.child({ refresh_token: secrets.refreshToken, email: secrets.address }).info('from a child');
      log.info(
        { params: new URLSearchParams({ anything: secrets.body }), bytes: Buffer.from(secrets.body) },
        'opaque',
      );
    });
    expectNoSecret(output);
    expect(output).toContain('msg_1');
  });

  it('prints no secret that hides in a sentence', () => {
    const output = logged((log) => {
      log.info(`refreshed ${secrets.refreshToken} to ${secrets.accessToken}`);
      log.info({ note: `Authorization: Bearer ${secrets.jwt}` }, 'header');
      log.info({ note: `Bearer\u00a0${secrets.password}` }, 'header');
      log.warn({ url: `https://gateway/callback?code=${secrets.code}&state=planted-state` }, 'callback');
      log.warn(`cannot reach redis://default:${secrets.password}@redis:6379`);
      log.error(`no mailbox for ${secrets.address}`);
    });
    expectNoSecret(output);
    expect(output).toContain('redis:6379');
  });

  it("prints an error's facts, with its causes, and nothing that a library hung on it", () => {
    const body = new URLSearchParams({
      refresh_token: secrets.refreshToken,
      client_secret: secrets.password,
    });
    const gaxios = Object.assign(new Error('Request failed with status code 400'), {
      code: '400',
      status: 400,
      config: {
        url: 'https://oauth2.googleapis.com/token',
        data: body,
        headers: { Authorization: secrets.jwt },
      },
      response: { data: { error_description: secrets.address }, config: { data: body } },
    });
    const error = Object.assign(new Error(`no token for ${secrets.address}`, { cause: gaxios }), {
      name: 'GmailAccessRevokedError',
      retryable: false,
      retryAfterMs: 1_000,
    });
    const output = logged((log) => {
      log.error({ err: error }, 'sync failed');
      log.error({ reason: error, list: [gaxios] }, 'under another name');
      log.error(error);
      log.error(gaxios, 'with a sentence');
    });
    expectNoSecret(output);
    const [first = ''] = output.split('\n');
    expect(JSON.parse(first)).toMatchObject({
      msg: 'sync failed',
      err: {
        name: 'GmailAccessRevokedError',
        message: 'no token for [address]',
        retryable: false,
        retryAfterMs: 1_000,
        stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
        cause: { message: 'Request failed with status code 400', code: '400', status: 400 },
      },
    });
  });

  it('survives what cannot be printed: rings, depth, length', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring['self'] = ring;
    const output = logged((log) =>
      log.info({ ring, many: Array.from({ length: 5_000 }, (_, i) => i) }, 'odd'),
    );
    expect(output).toContain('[too deep]');
    expect(output.length).toBeLessThan(2_000);
  });
});
