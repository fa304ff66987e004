// A whole service with nothing in it, started as a process by the tests; its settings choose how it misbehaves.
import { createServer } from 'node:http';
import { z } from 'zod';
import { closeHttp, env, listenHttp, runService, sendElsewhere } from '../src/index.ts';

const settingsSchema = z.object({
  PORT: env.port({ default: 0 }),
  GREETING: env.text({ default: 'hello' }),
  FAULT: env.choice(['none', 'hang', 'throw-later', 'reject-later', 'throw-in-start', 'throw-in-close']),
  DEADLINE_MS: env.integer({ default: 10_000 }),
});

// Only for this test's own option of runService; a service never needs it.
const deadlineMs = Number(process.env['DEADLINE_MS'] ?? 10_000);

await runService(
  'bare-service',
  settingsSchema,
  async ({ settings, log, health, defer, leaving, signal }) => {
    defer('first', () => log.info('closed first'));
    health.check('ground', () => true);
    const server = createServer((_request, response) => {
      setTimeout(() => response.end(settings.greeting), 200);
    });
    const port = await listenHttp(server, { port: settings.port, host: '127.0.0.1', setting: 'PORT' });
    leaving.addEventListener('abort', () => sendElsewhere(server));
    defer(server, closeHttp, { label: 'http server' });
    if (settings.fault === 'hang')
      defer('hung', () => new Promise(() => undefined), { label: 'hung', timeoutMs: 60_000 });
    if (settings.fault === 'throw-in-close') {
      defer('broken', () => Promise.reject(new Error('will not close')), { label: 'broken' });
    }
    defer('last', () =>
      log.info({ ready: health.readiness !== undefined, aborted: signal.aborted }, 'closed last'),
    );
    if (settings.fault === 'throw-in-start') throw new Error('no ground to stand on');
    if (settings.fault === 'throw-later')
      setTimeout(() => {
        throw new Error('out of nowhere');
      }, 50);
    if (settings.fault === 'reject-later')
      setTimeout(() => void Promise.reject(new Error('nobody listens')), 50);
    log.info({ httpPort: port }, 'greeter listens');
  },
  { deadlineMs },
);
