/** `npm run start:prod`: the services only, as built, against DATABASE_URL and REDIS_URL; their logs go to standard output. */
import { resolve } from 'node:path';
import { createCrew } from './crew.ts';
import { loadEnvFile } from './env-file.ts';
import { isFresh } from './fresh-build.ts';
import { launchService, runToEnd } from './launch-service.ts';
import { missingForProduction } from './production-settings.ts';
import { createProgress } from './progress.ts';
import { services } from './services.ts';
import { untilAskedToStop } from './stop-signals.ts';

const repository = resolve(import.meta.dirname, '..', '..', '..');
/** Our own words go to standard error, so that standard output is the services' JSON lines and nothing else. */
const progress = createProgress({ write: (line) => void process.stderr.write(`${line}\n`) });

process.exit(await main());

async function main(): Promise<number> {
  loadEnvFile(repository);
  const faults = await whatIsMissing();
  if (faults !== undefined) {
    progress.plain(faults);
    return 1;
  }
  const crew = createCrew({ logsDir: undefined, progress });
  const asked = untilAskedToStop();
  let exitCode = 0;
  try {
    if ((await Promise.race([startAll(crew), asked])) === 'started') {
      progress.done('Finito Mail is ready', process.env['PUBLIC_URL']);
      exitCode = (await Promise.race([asked, crew.givenUp])) === 'asked' ? 0 : 1;
    }
  } catch (error) {
    progress.fail((error as Error).message);
    exitCode = 1;
  }
  setTimeout(() => process.exit(1), 9_500);
  await crew.stop();
  return exitCode;
}

async function whatIsMissing(): Promise<string | undefined> {
  const missing = missingForProduction(process.env);
  if (missing.length > 0)
    return `Production cannot start. Missing:\n${missing.map((line) => `  ${line}`).join('\n')}`;
  if (!isFresh('page') || !isFresh('services'))
    return 'Page and services are not built, or not from what is here. Build them with: npm run build';
  try {
    await runToEnd(['prisma/migrate.ts', '--check'], { cwd: repository, withinMs: 60_000 });
    return undefined;
  } catch (error) {
    return `The database is not ready. Bring it to the newest schema with: npm run migrate\n${(error as Error).message}`;
  }
}

async function startAll(crew: ReturnType<typeof createCrew>): Promise<'started'> {
  const first = Number(process.env['ADMIN_PORT'] || 9101);
  const ports = {
    gatewayAdmin: first,
    bulkAdmin: first + 1,
    telemetryAdmin: first + 2,
    interactiveAdmin: first + 3,
  };
  const port = Number(process.env['PORT'] || 3001);
  const all = services({ repository, env: { NODE_ENV: 'production' }, port, ports, run: 'built' });
  await Promise.all(
    all.map(async (service) => {
      const stage = service.name === 'gateway' || service.name === 'telemetry' ? service.name : 'workers';
      await crew.run(stage, service.name, (log) => launchService(service, log));
      progress.done(service.name, `admin 127.0.0.1:${service.adminPort}`);
    }),
  );
  return 'started';
}
