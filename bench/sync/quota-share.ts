import { until } from '@finito/testing';
import type { Gmail } from '../kit/gmail.ts';
import { sampleMail } from '../kit/mail.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row, sum } from '../kit/rows.ts';
import { isLive } from '../kit/world.ts';
import { firstReadable, newest } from './first-readable.ts';
import { measured } from './measured.ts';
import { emptyMailbox, startNaive } from './naive.ts';
import { legacyPrices, prices2026 } from './prices.ts';
import type { Prices } from './prices.ts';

// Google's answers take some 60 ms, some of them much longer; where time passes faster, they take less of it.
const latency = (factor: number) => ['--latency-ms', String(60 / factor), '--latency-spread', '0.4'];

/** S1 and S5: with one process, a few and many, at Google's two sets of prices, and the naive loop beside them. */
export async function quotaRows(kit: Kit): Promise<Row[]> {
  const most = kit.options['processes']!;
  const counts = [...new Set([1, Math.min(4, most), most])];
  const rows: Row[] = [];
  for (const prices of [prices2026, legacyPrices]) {
    for (const count of counts) rows.push(...(await ownRows(kit, prices, count)));
  }
  for (const count of [1, most]) rows.push(...(await naiveRows(kit, count)));
  return rows;
}

/**
 * Legacy prices let through five times the messages for the same time: this machine should not be what limits. Six
 * times the messages fill two windows.
 */
function paceOf(kit: Kit, { profile }: Prices) {
  const { messages, 'time-factor': factor } = kit.options as { messages: number; 'time-factor': number };
  return profile === 'legacy-2025'
    ? { factor: factor / 4, mail: sampleMail(6 * messages) }
    : { factor, mail: sampleMail(messages) };
}

/** Our workers, each a process, on one user's quota. */
async function ownRows(kit: Kit, prices: Prices, processes: number): Promise<Row[]> {
  const { factor, mail } = paceOf(kit, prices);
  const settings = { GMAIL_QUOTA_TIME_FACTOR: String(factor), GMAIL_QUOTA_PROFILE: prices.profile };
  const gmailArgs = ['--profile', prices.profile, '--time-factor', String(factor), ...latency(factor)];
  return measured(mail, { gmailArgs, settings }, async ({ world, gmail }) => {
    const name = `${processes} ${processes === 1 ? 'process' : 'processes'}, ${prices.profile}`;
    kit.progress(`ours, ${name}: starting`);
    await Promise.all(Array.from({ length: processes }, () => world.startWorker()));
    const began = performance.now();
    const mailboxId = await world.connect(mail.email);
    const first = firstReadable(world, mailboxId, await newest(gmail, mail.email, 50), began);
    const spent = await unitsOverTime(kit, `ours, ${name}`, gmail, async () =>
      isLive(await world.progress(mailboxId)),
    );
    const report = await gmail.report();
    const differences = await world.differences(mailboxId, mail.email);
    return [
      row('S1', `quota used while there is work, ${name}`, share(spent, factor, prices) * 100, '%', {
        min: 97,
      }),
      row('S1', '  refusals', sum(report.refusals), '', { max: 0 }),
      row(
        'S1',
        '  requests of the user at once, at most',
        Math.max(...Object.values(report.peakConcurrency)),
        '',
      ),
      row('S5', '  first 50 newest readable', await first, 'ms', {
        max: (50 * prices.get * 60_000) / prices.unitsPerMinute / factor + 1_000,
      }),
      row('S1', '  rows that differ from Gmail at the end', sum(differences), '', { max: 0 }),
    ];
  });
}

/** The loop paces itself to what the seed says, ten a second, in a time that passes as fast as the quota's. */
async function naiveRows(kit: Kit, processes: number): Promise<Row[]> {
  const { factor, mail } = paceOf(kit, prices2026);
  const gmailArgs = ['--time-factor', String(factor), ...latency(factor)];
  return measured(mail, { gmailArgs }, async ({ world, gmail }) => {
    const mailboxes = await Promise.all(
      Array.from({ length: processes }, () => emptyMailbox(world, mail.email)),
    );
    const loops = await Promise.all(
      mailboxes.map((mailboxId) =>
        startNaive({
          world,
          gmail,
          mail,
          mailboxId,
          messages: kit.options['messages']!,
          perSecond: 10 * factor,
          sanitise: false,
        }),
      ),
    );
    const name = `naive, ${processes} processes under quota`;
    const endsAt = performance.now() + 20_000;
    for (const loop of loops) loop.begin();
    let ended = 0;
    for (const { running } of loops) void running.exited.then(() => (ended += 1));
    const spent = await unitsOverTime(
      kit,
      name,
      gmail,
      () => performance.now() > endsAt || ended === processes,
    );
    const report = await gmail.report();
    await Promise.all(loops.map(({ running }) => running.stop({ signal: 'SIGKILL' })));
    const who = `${processes} ${processes === 1 ? 'process' : 'processes'}`;
    return [
      row('S1', `naive: quota used, ${who}`, share(spent, factor, prices2026) * 100, '%'),
      row('S1', `naive: refusals in 20 s, ${who}`, sum(report.refusals), ''),
    ];
  });
}

interface Spent {
  atMs: number;
  units: number;
}

async function unitsOverTime(
  kit: Kit,
  name: string,
  gmail: Gmail,
  isOver: () => boolean | Promise<boolean>,
): Promise<Spent[]> {
  const spent: Spent[] = [];
  const began = performance.now();
  await until(
    async () => {
      const { units } = await gmail.report();
      spent.push({ atMs: performance.now() - began, units });
      kit.progress(
        `${name}: ${units.toLocaleString('en')} units after ${Math.round((performance.now() - began) / 1_000)} s`,
      );
      return isOver();
    },
    { timeoutMs: patienceMs, everyMs: 50, message: `${name} to end`, signal: kit.signal },
  );
  return spent;
}

/**
 * Of the units that the quota allows in whole windows from the first unit on, how many were spent. Parts of a window say
 * little: what is spent at its beginning cannot be spent at its end.
 */
function share(spent: readonly Spent[], factor: number, { unitsPerMinute }: Prices): number {
  const end = spent.at(-1)!.units;
  const from = spent.findLast(({ units }) => units === 0) ?? spent[0]!;
  const to = spent.find(({ units }) => units === end)!;
  const windowMs = 60_000 / factor;
  const windows = Math.max(1, Math.floor((to.atMs - from.atMs) / windowMs));
  const { units } = spent.findLast(({ atMs }) => atMs <= from.atMs + windows * windowMs)!;
  return units / (windows * unitsPerMinute);
}
