import { join } from 'node:path';
import { z } from 'zod';
import type { ServiceCommand } from './launch-service.ts';
import type { LocalSettings } from './settings.ts';

/** A minute of quota passes in a second, at the simulator and in our ledger alike; the units stay enforced. */
export const TIME_FACTOR = 60;

const announcement = z.object({
  listening: z.unknown(),
  url: z.url(),
  /** Setting → value, for the services. */
  endpoints: z.record(z.string(), z.string()),
});

export type Announcement = z.infer<typeof announcement>;

/** The simulator as a process of its own; it says in one line of JSON when and where it listens. */
export function simulatorCommand(settings: LocalSettings, port: number): ServiceCommand {
  const { mail, messages } = settings.arguments;
  return {
    args: [
      join('tools', 'gmail-simulator', 'src', 'main.ts'),
      ...['--port', String(port), '--time-factor', String(TIME_FACTOR)],
      // It also keeps the day of the first start, so that the sample stays the same mail.
      ...['--state', join(settings.dataDir, 'simulator.json')],
      ...mail.flatMap((file) => ['--mail', file]),
      ...(messages === undefined ? [] : ['--messages', String(messages)]),
    ],
    env: {},
    cwd: settings.repository,
    readyWhen: (output) => readAnnouncement(output) !== undefined,
    // A mailbox of several gigabytes is read once before it is served.
    readyWithinMs: 120_000,
  };
}

export function readAnnouncement(output: string): Announcement | undefined {
  for (const line of output.split('\n')) {
    if (!line.startsWith('{') || !line.includes('"listening"')) continue;
    try {
      return announcement.parse(JSON.parse(line));
    } catch {
      // Not whole yet.
    }
  }
  return undefined;
}
