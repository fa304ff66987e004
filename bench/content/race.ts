// Our sanitiser against DOMPurify on jsdom, each in a thread of its own as a pool has them: neither sweeps up after the
// other. In turns, so that both meet the same machine.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { median } from '../kit/median.ts';
import type { Contestant, Round } from './contestant-thread.ts';

export interface Race {
  /** Of rounds that were run one after the other, the median. */
  timesCheaper: number;
  msAMail: number;
  longestMs: number;
}

const rounds = 7;
/** Until the code that takes most of the time is compiled as well as it will be. */
const toWarmUp = { ours: 40, theirs: 5 };

export async function race(mails: string[]): Promise<Race> {
  const ours = contestant({ who: 'ours', mails });
  const theirs = contestant({ who: 'theirs', mails });
  try {
    for (let round = 0; round < toWarmUp.ours; round += 1) await ours.run();
    for (let round = 0; round < toWarmUp.theirs; round += 1) await theirs.run();
    const pairs: { our: Round; their: Round }[] = [];
    for (let round = 0; round < rounds; round += 1)
      pairs.push({ our: await ours.run(), their: await theirs.run() });
    return {
      timesCheaper: median(pairs.map(({ our, their }) => their.ms / our.ms)),
      msAMail: median(pairs.map(({ our }) => our.ms)) / mails.length,
      longestMs: Math.max(...pairs.map(({ our }) => our.longestMs)),
    };
  } finally {
    await Promise.all([ours.end(), theirs.end()]);
  }
}

function contestant(workerData: Contestant) {
  const thread = new Worker(new URL('./contestant-thread.ts', import.meta.url), { workerData });
  return {
    async run(): Promise<Round> {
      thread.postMessage('run');
      const [round] = (await once(thread, 'message')) as [Round];
      return round;
    },
    end: () => thread.terminate(),
  };
}
