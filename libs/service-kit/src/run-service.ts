import { z } from 'zod';
import { createAdminServer } from './admin-server.ts';
import { defaultAdminPorts, processSettings, tracingSettings } from './common-settings.ts';
import { createHealth } from './health.ts';
import type { Health } from './health.ts';
import { closeHttp, listenHttp, PortTakenError } from './http-server.ts';
import { letGoOfStart } from './let-go-of-start.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { createRegistry } from './metrics.ts';
import type { Registry } from './metrics.ts';
import { parseSettings, SettingsError } from './parse-settings.ts';
import type { SettingsOf, SettingsShape } from './parse-settings.ts';
import { createShutdown } from './shutdown.ts';
import type { DeferOptions } from './shutdown.ts';
import { createTracing } from './tracing.ts';
import type { Tracing } from './tracing.ts';

export type { DeferOptions };

export interface ServiceContext<S extends SettingsShape> {
  settings: SettingsOf<S>;
  log: Log;
  registry: Registry;
  tracing: Tracing;
  health: Health;
  /**
   * Hands `resource` back and remembers how to close it. At the end all are closed in reverse order, one after the
   * other, each within its deadline (5 s unless told); what fails or hangs is logged and passed over.
   */
  defer<T>(resource: T, close: (resource: T) => unknown, options?: DeferOptions): T;
  /** Aborted when the service is told to stop, before it waits for load balancers to look away. */
  leaving: AbortSignal;
  /** Aborted when the service stops, before the first resource is closed. */
  signal: AbortSignal;
}

export interface RunServiceOptions {
  /** The process is gone by then, whatever hangs: 10,000 unless told. */
  deadlineMs?: number;
  /** Defaults to the version in the service's package, as npm tells it. */
  version?: string;
}

/**
 * Runs a service from its settings to its end and never returns: the process exits with 0 after SIGTERM or SIGINT,
 * 1 when it could not start or an error escaped, 2 when something did not close in time, 130 on a second Ctrl-C.
 */
export async function runService<S extends SettingsShape>(
  name: string,
  settingsSchema: S,
  start: (context: ServiceContext<S>) => Promise<void>,
  { deadlineMs = 10_000, version = '0.1.0' }: RunServiceOptions = {},
): Promise<never> {
  const settings = settingsOrExit(name, settingsSchema);
  const own = parseSettings(z.object(processSettings()));
  const wanted = tracingSettings(own);
  const tracing = await createTracing(name, wanted);
  const log = createLog({ service: name, level: own.logLevel, ...(wanted && { ids: tracing.ids }) });
  const health = createHealth();
  const registry = createRegistry({ service: name, version });
  const shutdown = createShutdown({ log, health, deadlineMs, delayMs: own.shutdownDelayMs });
  const { defer, leaving, signal } = shutdown;

  try {
    const admin = createAdminServer({ health, registry });
    const adminPort = await listenHttp(admin, {
      port: own.adminPort ?? defaultAdminPorts[name] ?? 0,
      host: own.adminHost,
      setting: 'ADMIN_PORT',
    });
    // Deferred first, closed last: until the end the kubelet sees that this process is alive and not ready.
    defer(admin, closeHttp, { label: 'admin server', timeoutMs: 1_000 });
    defer(tracing, (opened) => opened.close(), { label: 'traces', timeoutMs: 1_000 });
    await start({ settings, log, registry, tracing, health, defer, leaving, signal });
    if (!signal.aborted) {
      health.setPhase('running');
      log.info({ adminPort, startMs: Math.round(performance.now()) }, 'service started');
      letGoOfStart();
    }
  } catch (error) {
    shutdown.failedToStart(error, error instanceof PortTakenError);
  }
  return new Promise<never>(() => undefined);
}

function settingsOrExit<S extends SettingsShape>(name: string, schema: S): SettingsOf<S> {
  try {
    return parseSettings(z.object({ ...processSettings(), ...schema.shape })) as unknown as SettingsOf<S>;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(1);
  }
}
