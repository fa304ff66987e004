// Ten thousand mails through the threads, one of them made to be slow: what the event loop loses meanwhile, and what
// memory does.
import { createSanitiser } from '@finito/content';
import { htmlMails } from './html-mails.ts';
import { watchLoop } from './loop-watch.ts';

export interface Flow {
  mails: number;
  heldMs: number;
  grownMb: number;
}

const batch = 20;
/** Until the heaps of all threads and their compiled code have found their size. */
const mailsToWarmUp = 20_000;
const mailsThroughThreads = 10_000;
const mailsASample = 500;
/** 700 kB that take a thread a thousand times longer than other mails. */
const slowHtml = '<i>'.repeat(900) + '</b>'.repeat(170_000);

export async function flow(): Promise<Flow> {
  const { mails } = await htmlMails();
  const sanitiser = createSanitiser();
  const run = async (count: number) => {
    for (let done = 0; done < count; done += batch) {
      const some = Array.from({ length: batch }, (_, index) => mails[(done + index) % mails.length] ?? '');
      await Promise.all(some.map((html) => sanitiser.sanitise(html, { images: false })));
    }
  };
  await Promise.all([sanitiser.sanitise(slowHtml, { images: false }), run(mailsToWarmUp)]);
  const loop = watchLoop();
  const slow = sanitiser.sanitise(slowHtml, { images: false });
  const samples: number[] = [];
  for (let done = 0; done < mailsThroughThreads; done += mailsASample) {
    await run(mailsASample);
    samples.push(process.memoryUsage.rss() / 1_000_000);
  }
  await slow;
  const heldMs = loop.stop();
  await sanitiser.close();
  return { mails: mailsThroughThreads, heldMs, grownMb: slopeOf(samples) * samples.length };
}

/** Of the line that lies nearest to all of them: what a heap takes and gives back in between is no growth. */
function slopeOf(values: number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const together = values.reduce((total, value, at) => total + (at - middle) * (value - mean), 0);
  return together / values.reduce((total, _, at) => total + (at - middle) ** 2, 0);
}
