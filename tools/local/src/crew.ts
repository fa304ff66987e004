import { join } from 'node:path';
import { openLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import type { Progress } from './progress.ts';
import { createSupervised } from './supervised.ts';
import type { Launched, Supervised, SupervisedEvent } from './supervised.ts';

/** In the order in which they are stopped, each with the longest that takes; together under 10 s. */
const STAGES = {
  gateway: 2_500,
  workers: 2_500,
  telemetry: 1_000,
  simulator: 500,
  redis: 1_000,
  postgres: 1_800,
} as const;

export type Stage = keyof typeof STAGES;

export interface Crew {
  /** Starts a process and keeps it alive; resolves when it serves. @throws Error with its last log lines. */
  run(stage: Stage, name: string, launch: (log: LogFile) => Promise<Launched>): Promise<void>;
  /** The name of the first process that died too often. */
  readonly givenUp: Promise<string>;
  stop(): Promise<void>;
}

export interface CrewOptions {
  /** A file per process; without it all lines go to standard output as they are. */
  logsDir: string | undefined;
  progress: Progress;
}

/** All processes of one start. */
export function createCrew({ logsDir, progress }: CrewOptions): Crew {
  const members: { stage: Stage; supervised: Supervised }[] = [];
  const gaveUp = Promise.withResolvers<string>();
  let stopping = false;

  function tell(name: string, log: LogFile, event: SupervisedEvent): void {
    if (stopping) return;
    if (event.kind === 'back') return progress.done(`${name} is back`);
    if (event.kind === 'died') {
      const soon = `${event.nextStartInMs / 1_000} s`;
      return progress.warn(
        `${name} ended with code ${event.code}; it is started again in ${soon}; log: ${log.path}`,
      );
    }
    progress.fail(`${name} ended ${event.deaths} times within a minute and is given up. Its last lines:`);
    progress.plain(log.lastLines().join('\n'));
    gaveUp.resolve(name);
  }

  function openLog(name: string): LogFile {
    if (logsDir === undefined) return passThrough();
    const onError = (message: string) => stopping || progress.warn(`${name}: ${message}`);
    return openLogFile({ path: join(logsDir, `${name}.log`), onError });
  }

  return {
    givenUp: gaveUp.promise,
    async run(stage, name, launch) {
      if (stopping) throw new Error('stopping');
      const log = openLog(name);
      const supervised = createSupervised({
        name,
        launch: () => launch(log),
        onEvent: (event) => tell(name, log, event),
      });
      members.push({ stage, supervised });
      await supervised.start().catch((cause: Error) => {
        throw new Error(`${name} did not start: ${cause.message}\n${lastWords(log)}`.trimEnd(), { cause });
      });
    },
    async stop() {
      stopping = true;
      for (const [stage, withinMs] of Object.entries(STAGES)) {
        const concerned = members.filter((member) => member.stage === stage);
        if (concerned.length === 0) continue;
        await Promise.all(concerned.map(({ supervised }) => supervised.stop(withinMs)));
        progress.done(`${concerned.map(({ supervised }) => supervised.name).join(' and ')} stopped`);
      }
    },
  };
}

function lastWords(log: LogFile): string {
  const said = log.lastLines().join('\n');
  // As after a pull that brought a new package.
  const help = said.includes('ERR_MODULE_NOT_FOUND')
    ? '\nA package is missing. Install what is new with: npm ci'
    : '';
  return `${said}${help}`;
}

function passThrough(): LogFile {
  return {
    path: 'standard output',
    write: (chunk) => void process.stdout.write(chunk),
    lastLines: () => [],
  };
}
