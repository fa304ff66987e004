// What it costs to make mail safe (GOALS.md C2): CPU a mail against DOMPurify on jsdom, what the event loop loses,
// and whether the threads' memory stays flat.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { contentFromRaw, createSanitiser, sanitiseHtml } from '@finito/content';
import { sampleMailbox } from '@finito/gmail-simulator';
import { createDomPurify } from './baseline/dompurify.ts';
import type { Result, Row } from './kit/program.ts';

const folder = join(process.env['MAIL_DIR'] ?? '/work/shared/mail', 'html');
const rounds = 5;
const batch = 20;
/** Until the threads' heaps and compiled code have found their size. */
const mailsToWarmUp = 8_000;
const mailsThroughThreads = 10_000;
/** 700 kB that take a thread a thousand times longer than other mails. */
const slowHtml = '<i>'.repeat(900) + '</b>'.repeat(170_000);

export async function benchContent(): Promise<Result> {
  const { source, mails } = await htmlMails();
  // jsdom's garbage comes last, so that it is not taken for the threads'.
  const rows = [...(await threadRows(mails)), ...(await cpuRows(mails))];
  return { source, rows };
}

async function htmlMails(): Promise<{ source: string; mails: string[] }> {
  const isReal = existsSync(folder);
  const mails: string[] = [];
  for await (const raw of isReal ? realMails() : sampleMails()) {
    const { html } = await contentFromRaw(raw);
    if (html !== null) mails.push(html);
  }
  return { source: `${mails.length} HTML mails, ${isReal ? 'real' : 'of the sample mailbox'}`, mails };
}

function* realMails(): Generator<Buffer> {
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    if (name.endsWith('.eml')) yield bytes;
    if (name.endsWith('.html'))
      yield Buffer.concat([Buffer.from('Content-Type: text/html; charset=utf-8\n\n'), bytes]);
  }
}

async function* sampleMails(): AsyncGenerator<Buffer> {
  for (const { raw } of await sampleMailbox({ messages: 300 })) yield raw;
}

/** In turns over all mails, so that both meet the same machine; the first turn of each only warms up. */
async function cpuRows(mails: string[]): Promise<Row[]> {
  const purify = createDomPurify();
  let ours = 0;
  let theirs = 0;
  let longest = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const counted = round > 0;
    for (const html of mails) {
      const spent = cpuMs(() => sanitiseHtml(html, { images: false }));
      if (counted) ours += spent;
      if (counted) longest = Math.max(longest, spent);
    }
    for (const html of mails) {
      const spent = cpuMs(() => purify(html));
      if (counted) theirs += spent;
      // DOMPurify on jsdom lets go of a document only between tasks.
      await setImmediate();
    }
  }
  const mailsCounted = rounds * mails.length;
  return [
    {
      goal: 'C2',
      what: 'sanitising, times cheaper than DOMPurify on jsdom',
      value: theirs / ours,
      unit: '×',
      target: { min: 12 },
    },
    {
      goal: 'C2',
      what: 'sanitising a mail, CPU',
      value: (ours / mailsCounted) * 1_000,
      unit: 'µs',
      target: { max: 2_000 },
    },
    {
      goal: 'C2',
      what: 'sanitising the dearest of these mails, CPU',
      value: longest,
      unit: 'ms',
      target: { max: 50 },
    },
  ];
}

function cpuMs(work: () => unknown): number {
  const { user, system } = process.threadCpuUsage();
  work();
  const after = process.threadCpuUsage();
  return (after.user + after.system - user - system) / 1_000;
}

async function threadRows(mails: string[]): Promise<Row[]> {
  const sanitiser = createSanitiser();
  const run = async (count: number) => {
    for (let done = 0; done < count; done += batch) {
      const some = Array.from({ length: batch }, (_, index) => mails[(done + index) % mails.length] ?? '');
      await Promise.all(some.map((html) => sanitiser.sanitise(html, { images: false })));
    }
  };
  await Promise.all([sanitiser.sanitise(slowHtml, { images: false }), run(mailsToWarmUp)]);
  const loop = watchLoop();
  const before = process.memoryUsage.rss();
  const slow = sanitiser.sanitise(slowHtml, { images: false });
  await run(mailsThroughThreads);
  await slow;
  const growth = (process.memoryUsage.rss() - before) / 1_000_000;
  const heldMs = loop.stop();
  await sanitiser.close();
  return [
    {
      goal: 'C2',
      what: 'event loop held up by work, longest',
      value: heldMs,
      unit: 'ms',
      target: { max: 50 },
    },
    {
      goal: 'C2',
      what: `memory grown over ${mailsThroughThreads} mails`,
      value: growth,
      unit: 'MB',
      target: { max: 30 },
    },
  ];
}

/** The most CPU this thread spent between two turns of its loop: delays by other processes do not count. */
function watchLoop(): { stop(): number } {
  let last = process.threadCpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - last.user - last.system);
    last = now;
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return longest / 1_000;
    },
  };
}
