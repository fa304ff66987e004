import { join } from 'node:path';
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
  /** Started anew when a source changes. */
  watch: boolean;
}

/** A young generation of 16 MB, thrice, is more than 5,000 open pages need to cost: with 4 MB each costs 13 kB less. */
const fewerPages = ['--max-semi-space-size=4'];

/** The services as processes, in the order in which they are stopped: who takes work first, who counts it last. */
export function services({ repository, env, port, ports, watch }: ServicesOptions): NamedService[] {
  const service = (
    name: string,
    folder: string,
    adminPort: number,
    own: Record<string, string>,
    nodeFlags: string[] = [],
  ): NamedService => ({
    name,
    args: [
      ...nodeFlags,
      ...(watch ? ['--watch', '--watch-preserve-output'] : []),
      join('services', folder, 'src', 'main.ts'),
    ],
    env: { ...env, ...own, ADMIN_PORT: String(adminPort) },
    cwd: repository,
    adminPort,
  });
  return [
    service('gateway', 'gateway', ports.gatewayAdmin, { PORT: String(port) }, fewerPages),
    service('gmail-worker-interactive', 'gmail-worker', ports.interactiveAdmin, {
      WORKER_LANE: 'interactive',
    }),
    service('gmail-worker-bulk', 'gmail-worker', ports.bulkAdmin, { WORKER_LANE: 'bulk' }),
    service('telemetry', 'telemetry', ports.telemetryAdmin, {}),
  ];
}
