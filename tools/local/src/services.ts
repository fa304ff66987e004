import { serviceArgs, serviceEnv } from '@finito/testing';
import type { Ports } from './choose-ports.ts';
import type { ServiceCommand } from './launch-service.ts';

export interface NamedService extends ServiceCommand {
  name: string;
}

export interface ServicesOptions {
  repository: string;
  /** What every service is given. */
  env: Record<string, string>;
  port: number;
  ports: Pick<Ports, 'gatewayAdmin' | 'bulkAdmin' | 'interactiveAdmin' | 'telemetryAdmin'>;
  /** `watched`: started anew when a source changes. */
  run: 'built' | 'sources' | 'watched';
}

/** The services as processes, in the order in which they are stopped: who takes work first, who counts it last. */
export function services({ repository, env, port, ports, run }: ServicesOptions): NamedService[] {
  const service = (
    name: string,
    folder: string,
    adminPort: number,
    own: Record<string, string>,
  ): NamedService => ({
    name,
    args: [
      ...(run === 'watched' ? ['--watch', '--watch-preserve-output'] : []),
      ...serviceArgs(folder, { built: run === 'built' }),
    ],
    env: { ...serviceEnv, ...env, ...own, ADMIN_PORT: String(adminPort) },
    cwd: repository,
    adminPort,
  });
  return [
    service('gateway', 'gateway', ports.gatewayAdmin, { PORT: String(port) }),
    service('gmail-worker-interactive', 'gmail-worker', ports.interactiveAdmin, {
      WORKER_LANE: 'interactive',
    }),
    service('gmail-worker-bulk', 'gmail-worker', ports.bulkAdmin, { WORKER_LANE: 'bulk' }),
    service('telemetry', 'telemetry', ports.telemetryAdmin, {}),
  ];
}
