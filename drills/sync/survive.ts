import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningScript } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { sum } from '../../bench/kit/rows.ts';
import { isLive } from '../../bench/kit/world.ts';
import type { Injury, Patient } from './injuries.ts';
import type { Ward } from './ward.ts';

export interface SurviveOptions {
  email: string;
  /** How often it is hurt. */
  times: number;
  /** Of the injury's own pause between two; default 1. */
  pace?: number;
  progress?: (text: string) => void;
  signal?: AbortSignal;
}

const changesPerSecond = 3;
const patienceMs = 300_000;

/** Syncs a mailbox that changes all the while, hurts it again and again, and then waits until it is whole. */
export async function survive(injury: Injury, { world, simulator }: Ward, options: SurviveOptions) {
  const { email, progress = () => undefined, signal } = options;
  const endsBefore = world.ends.unasked;
  const mailboxId = await world.connect(email);
  const wait = (seconds: number) => sleep(seconds * 1_000, undefined, { signal }).then(() => undefined);
  const patient = { world, simulator, email, mailboxId, wait };
  const script = simulator
    .account(email)
    .script({ perSecond: changesPerSecond, seconds: 3_600, changes: 1_000_000 });
  await hurtAgainAndAgain(injury, patient, { ...options, progress });
  const endedAt = performance.now();
  script.stop();
  progress(`hurt ${options.times} times, waiting until it is whole`);
  const end = await whole(patient, signal);
  const report = simulator.report();
  return {
    name: injury.name,
    injected: { what: injury.what, times: options.times },
    changes: changesOf(script),
    end,
    workersEnded: world.ends.unasked - endsBefore,
    refusals: sum(report.refusals),
    extraUnits: ((report.unitsByUser[email] ?? 0) / undisturbedUnits(patient, script) - 1) * 100,
    recoverySeconds: (performance.now() - endedAt) / 1_000,
  };
}

async function hurtAgainAndAgain(
  { hurt, everySeconds }: Injury,
  patient: Patient,
  { times, pace = 1, progress }: SurviveOptions & { progress: (text: string) => void },
): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    await patient.wait(everySeconds * pace);
    const found = await patient.world.progress(patient.mailboxId).catch(() => undefined);
    progress(`${time} of ${times}, ${found ? `${found.stored} of ${found.listed} stored` : 'no answer'}`);
    await hurt(patient);
  }
}

/** Waits for rows equal to Gmail's; gives what differs when that does not come. */
async function whole(patient: Patient, signal: AbortSignal | undefined) {
  let last = await found(patient).catch(() => undefined);
  await until(
    async () => {
      last = await found(patient);
      return last.rows === 0 && last.isLive;
    },
    { timeoutMs: patienceMs, everyMs: 200, signal },
  ).catch(() => undefined);
  if (!last) throw new Error('the database does not answer');
  return last;
}

async function found({ world, mailboxId, email }: Patient) {
  const progress = await world.progress(mailboxId);
  const { missing, extra, different, unaccounted } = await world.differences(mailboxId, email);
  return {
    rows: missing + extra + different,
    unaccounted,
    failed: progress.failed,
    isLive: isLive(progress),
  };
}

function changesOf({ counts }: RunningScript): number {
  return counts.delivered + counts.labelled + counts.deleted;
}

/** The cheapest plan for what the mailbox holds at the end, and a message more for what arrived meanwhile. */
function undisturbedUnits({ simulator, email }: Patient, script: RunningScript): number {
  const threads = new Map<string, number>();
  const truth = simulator.truth(email);
  for (const { threadId } of truth) threads.set(threadId, (threads.get(threadId) ?? 0) + 1);
  const reads = [...threads.values()].reduce((units, count) => units + Math.min(20 * count, 40), 0);
  return Math.ceil(truth.length / 500) * 5 + reads + 20 * script.counts.delivered;
}
