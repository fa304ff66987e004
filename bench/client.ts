// What the Gmail client costs beyond the request itself (GOALS.md C4): CPU a call over bare fetch, and the size of the
// browser's build.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createGmail, createResilientGmailClient, fetchTransport } from '@finito/gmail';
import { median } from './kit/median.ts';
import type { Kit, Result, Row } from './kit/program.ts';

export const options = { rounds: 15, calls: 4_000 };

const library = join(import.meta.dirname, '../libs/gmail');
const body = JSON.stringify({
  emailAddress: 'a@example.com',
  messagesTotal: 1,
  threadsTotal: 1,
  historyId: '1',
});
const url = 'https://gmail.example/gmail/v1/users/me/profile?prettyPrint=false';

/** A fetch without a network: what is measured is what comes on top of it. */
const instantFetch = (async () => new Response(body)) as unknown as typeof fetch;

export async function benchClient({ progress, options: { rounds = 1, calls = 1 } }: Kit): Promise<Result> {
  const transport = fetchTransport(instantFetch);
  const gmail = createGmail({ transport });
  const mailbox = gmail.mailbox({ getAccessToken: () => 'token' });
  const resilient = createResilientGmailClient('token', { transport, intervalCap: 1_000_000 });
  const contestants = {
    fetch: async () => {
      const answer = await instantFetch(url, { headers: { authorization: 'Bearer token' } });
      return JSON.parse(await answer.text()) as unknown;
    },
    shared: () => mailbox.getProfile(),
    resilient: () => resilient.getProfile(),
  };
  const costs: Record<keyof typeof contestants, number[]> = { fetch: [], shared: [], resilient: [] };
  try {
    // In turns, so that all meet the same machine; the first round only warms up.
    for (let round = 0; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`);
      for (const [name, call] of Object.entries(contestants) as [
        keyof typeof contestants,
        () => Promise<unknown>,
      ][]) {
        const cost = await cpuUsPerCall(call, calls);
        if (round > 0) costs[name].push(cost);
      }
    }
  } finally {
    await gmail.close();
    await resilient.close();
  }
  const over = (name: keyof typeof contestants) =>
    median(costs[name].map((cost, round) => cost - costs.fetch[round]!));
  return {
    source: `${rounds} rounds of ${calls} calls, fetch answering at once`,
    rows: [
      { goal: 'C4', what: 'bare fetch and JSON.parse, CPU a call', value: median(costs.fetch), unit: 'µs' },
      {
        goal: 'C4',
        what: 'the client of a server, CPU a call over fetch',
        value: over('shared'),
        unit: 'µs',
        target: { max: 15 },
      },
      {
        goal: 'C4',
        what: 'the resilient client, CPU a call over fetch',
        value: over('resilient'),
        unit: 'µs',
        target: { max: 15 },
      },
      sizeRow(),
    ],
  };
}

/** One after another: what is measured is a call, not a crowd. */
async function cpuUsPerCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0; done < calls; done += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function sizeRow(): Row {
  execFileSync(process.execPath, [join(library, 'build.ts')], { stdio: 'ignore' });
  const code = readFileSync(join(library, 'dist/browser.js'));
  return {
    goal: 'C4',
    what: 'browser build, gzipped',
    value: gzipSync(code, { level: 9 }).length / 1_000,
    unit: 'kB',
    target: { max: 15 },
  };
}
