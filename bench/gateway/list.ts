// G2: the first page of a mailbox of 100,000 messages, against its query alone.
import { join } from 'node:path';
import { startProcess, until } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import { httpLoad } from '../kit/http-load.ts';
import { median } from '../kit/median.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import { aStage, portOf } from './stage.ts';
import type { Stage } from './stage.ts';

const lists = 1_000;
const atOnce = 16;

/** Of one list: CPU of the process and of Postgres, and how many came in a second. */
interface Cost {
  cpuMs: number;
  perSecond: number;
}

export async function listRows(kit: Kit): Promise<Row[]> {
  const stage = await aStage({ RATELIMIT_GENERAL_LIMIT: '10000000' });
  try {
    kit.progress('a mailbox of many messages');
    const [user] = await stage.users(1);
    await fill(stage, user!.id, kit.options['messages']!);
    const gateway = await stage.startGateway();
    const head = () =>
      `GET /api/emails?limit=50 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${user!.cookie}\r\n\r\n`;
    const ask = (requests: number) =>
      httpLoad({ ...{ port: portOf(gateway), requests, connections: atOnce, head }, signal: kit.signal });
    await ask(500);
    const found = { http: [] as Cost[], bare: [] as Cost[] };
    for (let round = 1; round <= kit.options['rounds']!; round += 1) {
      kit.progress(`round ${round} of ${kit.options['rounds']}: lists of messages`);
      found.bare.push(await bareCost(stage, user!.id));
      const before = cpuMsOf(gateway.process.pid) + cpuMsOf(stage.postgres.pid()!);
      const startedAt = performance.now();
      const { statuses } = await ask(lists);
      // On a busy machine some are refused for want of time, which costs next to nothing and is not counted.
      const answered = statuses[200] ?? 0;
      if (answered < lists / 2) throw new Error(`too few were answered: ${JSON.stringify(statuses)}`);
      const seconds = (performance.now() - startedAt) / 1_000;
      const cpuMs = cpuMsOf(gateway.process.pid) + cpuMsOf(stage.postgres.pid()!) - before;
      found.http.push({ cpuMs: cpuMs / answered, perSecond: answered / seconds });
    }
    const of = (name: 'http' | 'bare', part: keyof Cost) => median(found[name].map((cost) => cost[part]));
    return [
      row(
        'G2',
        'lists of 50 per CPU-second, against the bare query',
        of('bare', 'cpuMs') / of('http', 'cpuMs'),
        '×',
        {
          min: 0.5,
        },
      ),
      row('G2', '  CPU a list, gateway and Postgres', of('http', 'cpuMs') * 1_000, 'µs'),
      row('G2', '  CPU a bare query, client and Postgres', of('bare', 'cpuMs') * 1_000, 'µs'),
      row('G2', '  the same by the clock', of('http', 'perSecond') / of('bare', 'perSecond'), '×'),
    ];
  } finally {
    await stage.close();
  }
}

async function fill({ db, pool }: Stage, userId: string, messages: number): Promise<void> {
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: 'listed', emailAddress: 'listed@example.com' },
    { refreshToken: 'refresh', accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  await pool.query(
    `INSERT INTO emails (mailbox_id, gmail_id, thread_id, history_id, received_at, subject, from_name, from_address,
       recipients, message_id, label_ids, size, snippet)
     SELECT $1, to_hex(n), to_hex(n / 3), 100, now() - n * interval '7 minutes', 'A subject of some length, ' || n,
       'Ann Example', 'ann' || n % 500 || '@example.com', '{"to":[{"name":"Bob Example","address":"bob@example.com"}]}',
       '<' || n || '@mail.example.com>', CASE WHEN n % 3 = 0 THEN '{INBOX,UNREAD}'::text[] ELSE '{INBOX}' END,
       2000 + n % 5000, 'The first words of the message, about as many as Gmail sends with a list, say ' || n
     FROM generate_series(1, $2::int) n`,
    [mailboxId, messages],
  );
  await pool.query('VACUUM ANALYZE emails');
}

async function bareCost(stage: Stage, userId: string): Promise<Cost> {
  const running = await startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../baseline/bare-list.ts')],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: stage.postgres.url,
      BARE_LIST: JSON.stringify({ userId, count: lists, atOnce }),
    },
    readyWhen: (output) => output.includes('ready'),
    readyWithinMs: 120_000,
  });
  try {
    const before = cpuMsOf(running.pid) + cpuMsOf(stage.postgres.pid()!);
    running.signal('SIGUSR2');
    const [, rows, ms] = await until(() => /done (\d+) ([\d.]+)/.exec(running.output()) ?? undefined, {
      timeoutMs: 120_000,
      everyMs: 10,
    });
    if (Number(rows) !== lists * 51) throw new Error(`the bare query gave ${rows} rows`);
    const cpuMs = cpuMsOf(running.pid) + cpuMsOf(stage.postgres.pid()!) - before;
    return { cpuMs: cpuMs / lists, perSecond: (lists * 1_000) / Number(ms) };
  } finally {
    await running.stop({ signal: 'SIGKILL' });
  }
}
