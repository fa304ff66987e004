// What it costs to make mail safe (GOALS.md C2): CPU a mail against DOMPurify on jsdom, and whether DOMPurify would have
// removed more; what the event loop loses to mail of any kind; whether the threads' memory stays flat.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sanitiseHtml } from '@finito/content';
import { serviceArgs, startProcess } from '@finito/testing';
import { createPurifier } from '../libs/content/test/purified.ts';
import type { Flow } from './content/flow.ts';
import type { HoldUp } from './content/hold-ups.ts';
import { htmlMails } from './content/html-mails.ts';
import { race } from './content/race.ts';
import type { Kit, Result, Row } from './kit/program.ts';
import { row } from './kit/rows.ts';

export async function benchContent(kit: Kit): Promise<Result> {
  const { source, mails } = await htmlMails();
  kit.progress('against DOMPurify');
  const rows = [...(await raceRows(mails)), await subsetRow(mails)];
  kit.progress('mails through the threads');
  rows.push(...(await flowRows()));
  kit.progress('heavy mail');
  rows.push(...(await heavyRows()));
  return { source, rows };
}

async function raceRows(mails: string[]): Promise<Row[]> {
  const { timesCheaper, msAMail, longestMs } = await race(mails);
  return [
    row('C2', 'sanitising, times cheaper than DOMPurify on jsdom', timesCheaper, '×', { min: 12 }),
    row('C2', 'sanitising a mail, CPU', msAMail * 1_000, 'µs', { max: 2_000 }),
    row('C2', 'sanitising the dearest of these mails, CPU', longestMs, 'ms', { max: 50 }),
  ];
}

/** With images on, where most is let through. */
async function subsetRow(mails: string[]): Promise<Row> {
  const purify = createPurifier();
  let violations = 0;
  for (const html of mails) {
    const { asItIs, purified } = purify(sanitiseHtml(html, { images: true }).html);
    if (asItIs !== purified) violations += 1;
    await setImmediate();
  }
  return row('C2', `of ${mails.length} sanitised mails, those DOMPurify takes more out of`, violations, '', {
    max: 0,
  });
}

async function flowRows(): Promise<Row[]> {
  const { mails, heldMs, grownMb } = await measured<Flow>('flow');
  return [
    row('C2', 'event loop held up while threads sanitise, longest', heldMs, 'ms', { max: 50 }),
    row('C2', `memory grown over ${mails.toLocaleString('en')} mails`, grownMb, 'MB', { max: 10 }),
  ];
}

async function heavyRows(): Promise<Row[]> {
  const [worst, ...others] = await measured<HoldUp[]>('holdUps');
  const nameOf = ({ mail, step }: HoldUp) => `${mail}, ${step}`;
  return [
    row('C2', `event loop held up by heavy mail, longest (${nameOf(worst!)})`, worst!.ms, 'ms', { max: 50 }),
    ...others.slice(0, 4).map((each) => row('C2', `  ${nameOf(each)}`, each.ms, 'ms')),
  ];
}

/** By a process that is started as a gateway is. */
async function measured<Found>(name: 'flow' | 'holdUps'): Promise<Found> {
  const process_ = await startProcess({
    command: process.execPath,
    args: [...flags, join(import.meta.dirname, 'content/measuring-process.ts'), name],
    env: process.env,
  });
  await process_.expectExit(0, 300_000);
  return JSON.parse(process_.output().trim().split('\n').at(-1)!) as Found;
}

const flags = serviceArgs('gateway').filter((each) => each.startsWith('--'));
