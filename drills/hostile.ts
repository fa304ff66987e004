// Every hostile mail of the set in a real Chromium: which scripts run, and which strangers hear of it (GOALS.md C1, C7).
// First as documents alone, then as a person opens them in the page of the whole product. Two minutes.
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import {
  framePolicy,
  hostileBodies,
  openHostileBrowser,
  sanitisedVectors,
} from '../libs/content/test/hostile-browser.ts';
import type { Seen } from '../libs/content/test/hostile-browser.ts';
import { vectorMails } from './hostile/vector-mails.ts';
import { openHostileMails } from './hostile/whole-page.ts';

export async function drillHostile(kit: Kit): Promise<Result> {
  const count = hostileBodies().length;
  const speaking = hostileBodies().filter((html) => /\.example/.test(html)).length;
  return {
    source: `${count} hostile mails, images off; ${speaking} of them name a stranger`,
    rows: [...(await documentRows()), ...(await pageRows(kit))],
  };
}

async function documentRows(): Promise<Row[]> {
  const browser = await openHostileBrowser();
  try {
    const policy = { 'Content-Security-Policy': framePolicy };
    const bare = await browser.show(hostileBodies().slice(0, 60), { headers: {} });
    const sanitised = await browser.show(sanitisedVectors(), { headers: {} });
    const shown = await browser.show(sanitisedVectors(), { headers: policy });
    return [
      row('C1', 'scripts that run of the first 60 when nothing stops them', bare.executions, '', { min: 20 }),
      row('C7', '  hosts that hear of it', bare.hosts.length, '', { min: 1 }),
      ...rowsOf('sanitised, without any policy', sanitised),
      ...rowsOf('as they are shown', shown),
    ];
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

async function pageRows(kit: Kit): Promise<Row[]> {
  const { seen, control } = await openHostileMails(kit);
  const none = { max: 0 };
  for (const each of [...seen.ran, ...seen.stopped, ...seen.requests]) kit.progress(`fault: ${each}`);
  return [
    row('C1', 'opened in the page of the whole product: mails', seen.opened, '', {
      min: vectorMails().length,
    }),
    row('C1', '  scripts that run', seen.ran.length, '', none),
    row('C1', '  what was left for the browser to stop', seen.stopped.length, '', none),
    row('C7', '  requests that leave', seen.requests.length, '', none),
    row('C7', '  hosts that hear of it', seen.hosts.length, '', none),
    row(
      'C1',
      `the first ${control.opened} unsanitised in its frame: scripts that run`,
      control.ran.length,
      '',
      none,
    ),
    row('C1', '  what the browser had to stop', control.stopped.length, '', { min: 20 }),
    row('C7', '  hosts that hear of it', control.hosts.length, '', { min: 1 }),
  ];
}
