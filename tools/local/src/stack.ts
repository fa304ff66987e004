import { join } from 'node:path';
import { choosePorts } from './choose-ports.ts';
import type { Ports } from './choose-ports.ts';
import type { Crew, Stage } from './crew.ts';
import { startPostgres, startRedis } from './databases.ts';
import { launchService } from './launch-service.ts';
import { ensureDatabaseClient, ensureWebPage, migrate } from './prepare.ts';
import type { Progress } from './progress.ts';
import type { RunLock } from './run-lock.ts';
import { loadSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { services } from './services.ts';
import type { NamedService } from './services.ts';
import type { LocalSettings } from './settings.ts';
import { readAnnouncement, simulatorCommand, TIME_FACTOR } from './simulator.ts';
import type { Announcement } from './simulator.ts';

export interface Stack {
  ports: Ports;
  simulator: Announcement | undefined;
}

interface StackOptions {
  settings: LocalSettings;
  progress: Progress;
  crew: Crew;
  lock: RunLock;
}

/**
 * Starts everything, what does not need one another at once: the databases, the simulator and the page first,
 * then the services. Killed half-way, the next start finds what is left over and begins anew.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { settings, progress } = options;
  const ports = await choosePorts(settings.port, progress.note);
  // The gateway takes the page when it is there; what fails first is told first.
  const [stack] = await Promise.all([
    startProcesses(options, ports),
    ensureWebPage(settings.repository, progress),
  ]);
  return stack;
}

async function startProcesses(options: StackOptions, ports: Ports): Promise<Stack> {
  const { settings, progress, crew, lock } = options;
  const { repository } = settings;
  const secrets = loadSecrets(settings.dataDir);
  const databases = { settings, secrets, ports, crew, lock, progress };
  const [databaseUrl, redisUrl, simulator] = await Promise.all([
    Promise.all([startPostgres(databases), ensureDatabaseClient(repository, progress)]).then(
      async ([url]) => {
        progress.done('Migrations', await migrate(repository, url));
        return url;
      },
    ),
    startRedis(databases),
    settings.simulator ? startSimulator(settings, { ports, crew, lock, progress }) : undefined,
  ]);
  const env = serviceSettings(settings, secrets, { databaseUrl, redisUrl, endpoints: simulator?.endpoints });
  const all = services({
    repository,
    env,
    port: settings.port,
    ports,
    run: settings.arguments.dev ? 'watched' : 'sources',
  });
  await Promise.all(
    all.map(async (service) => {
      await crew.run(stageOf(service), service.name, async (log) => {
        const launched = await launchService(service, log);
        lock.add({ pid: launched.pid, marker: service.args.at(-1) ?? '', signal: 'SIGTERM' });
        return launched;
      });
      progress.done(service.name, `admin 127.0.0.1:${service.adminPort}`);
    }),
  );
  return { ports, simulator };
}

function stageOf({ name }: NamedService): Stage {
  if (name === 'gateway' || name === 'telemetry') return name;
  return 'workers';
}

async function startSimulator(
  settings: LocalSettings,
  { ports, crew, lock, progress }: Omit<StackOptions, 'settings'> & { ports: Ports },
): Promise<Announcement> {
  let announcement: Announcement | undefined;
  await crew.run('simulator', 'gmail-simulator', async (log) => {
    const launched = await launchService(simulatorCommand(settings, ports.simulator), log);
    lock.add({ pid: launched.pid, marker: join('gmail-simulator', 'src', 'main.ts'), signal: 'SIGTERM' });
    const ready = launched.ready.then(() => void (announcement = readAnnouncement(launched.output())));
    return { ...launched, ready };
  });
  if (announcement === undefined) throw new Error('The simulator did not say where it listens');
  progress.done('Gmail simulator', announcement.url);
  return announcement;
}

function serviceSettings(
  settings: LocalSettings,
  secrets: Secrets,
  found: { databaseUrl: string; redisUrl: string; endpoints: Record<string, string> | undefined },
): Record<string, string> {
  const { NEXTAUTH_SECRET, TOKEN_ENCRYPTION_KEYS, HEALTH_API_KEY, ADMIN_API_KEY } = secrets;
  const keys = { NEXTAUTH_SECRET, TOKEN_ENCRYPTION_KEYS, HEALTH_API_KEY, ADMIN_API_KEY };
  // What the person set by hand wins over what was made up at the first start.
  const own = Object.fromEntries(Object.entries(keys).filter(([name]) => !process.env[name]));
  const { endpoints } = found;
  return {
    ...own,
    NODE_ENV: settings.arguments.dev ? 'development' : 'production',
    DATABASE_URL: found.databaseUrl,
    REDIS_URL: found.redisUrl,
    PUBLIC_URL: settings.publicUrl,
    ...(settings.arguments.dev && { RATELIMIT_DISABLED: '1' }),
    ...(endpoints && {
      GMAIL_QUOTA_TIME_FACTOR: String(TIME_FACTOR),
      SIMULATOR_URL: endpoints['GMAIL_API_URL'] ?? '',
      ...endpoints,
    }),
  };
}
