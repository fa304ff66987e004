// Every hostile mail of the set in a real Chromium: which scripts run, and which strangers hear of it (GOALS.md C1, C7).
import type { Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import {
  framePolicy,
  hostileBodies,
  openHostileBrowser,
  sanitisedVectors,
} from '../libs/content/test/hostile-browser.ts';
import type { Seen } from '../libs/content/test/hostile-browser.ts';

export async function drillHostile(): Promise<Result> {
  const browser = await openHostileBrowser();
  try {
    const policy = { 'Content-Security-Policy': framePolicy };
    const bare = await browser.show(hostileBodies().slice(0, 60), { headers: {} });
    const sanitised = await browser.show(sanitisedVectors(), { headers: {} });
    const shown = await browser.show(sanitisedVectors(), { headers: policy });
    const count = hostileBodies().length;
    const speaking = hostileBodies().filter((html) => /\.example/.test(html)).length;
    return {
      source: `${count} hostile mails, images off; ${speaking} of them name a stranger`,
      rows: [
        row('C1', 'scripts that run of the first 60 when nothing stops them', bare.executions, '', {
          min: 20,
        }),
        row('C7', '  hosts that hear of it', bare.hosts.length, '', { min: 1 }),
        ...rowsOf('sanitised, without any policy', sanitised),
        ...rowsOf('as they are shown', shown),
      ],
    };
  } finally {
    await browser.close();
  }
}

function rowsOf(how: string, { executions, hosts }: Seen): Row[] {
  return [
    row('C1', `scripts that run, ${how}`, executions, '', { max: 0 }),
    row('C7', `hosts that hear of it, ${how}`, hosts.length, '', { max: 0 }),
  ];
}
