// Runs in a thread that race.ts starts by file name: one of the two that sanitise.
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { sanitiseHtml } from '@finito/content';

export interface Contestant {
  who: 'ours' | 'theirs';
  mails: string[];
}

/** CPU of all mails and of the dearest. */
export interface Round {
  ms: number;
  longestMs: number;
}

const { who, mails } = workerData as Contestant;
const sanitise =
  who === 'ours'
    ? (html: string) => sanitiseHtml(html, { images: false })
    : (await import('../baseline/dompurify.ts')).createDomPurify();

parentPort!.on('message', () => void round());

async function round(): Promise<void> {
  const done: Round = { ms: 0, longestMs: 0 };
  for (const html of mails) {
    const ms = cpuMs(() => sanitise(html));
    done.ms += ms;
    done.longestMs = Math.max(done.longestMs, ms);
    // DOMPurify on jsdom lets go of a document only between tasks.
    await setImmediate();
  }
  parentPort!.postMessage(done);
}

function cpuMs(work: () => unknown): number {
  const { user, system } = process.threadCpuUsage();
  work();
  const after = process.threadCpuUsage();
  return (after.user + after.system - user - system) / 1_000;
}
