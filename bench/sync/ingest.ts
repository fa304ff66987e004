// W5: storing rows of 2 KB in bulk, against Prisma's createMany into the same table, in turns.
import { createDb, migrateDatabase } from '@finito/db';
import type { MessageRow } from '@finito/db';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from '../../libs/db/src/generated/client.ts';
import { cpuMsOf } from '../kit/cpu.ts';
import { median } from '../kit/median.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import { ownPostgres } from '../kit/servers.ts';

const rowsOfOne = 5_000;
const batch = 500;
const mailboxId = 'bulk';

export async function ingestRows(kit: Kit): Promise<Row[]> {
  const postgres = await ownPostgres(false);
  const pool = new Pool({ connectionString: postgres.url, max: 1 });
  const db = createDb({ url: postgres.url, maxConnections: 1 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  try {
    await migrateDatabase(postgres.url);
    const lease = await heldMailbox(pool);
    const rows = Array.from({ length: rowsOfOne }, (_, index) => aRow(index));
    const store = () => inBatches(rows, (some) => db.messages.store(lease, 1, some));
    const createMany = () => inBatches(rows, (some) => prisma.email.createMany({ data: some.map(asPrisma) }));
    const found = { store: [] as number[], createMany: [] as number[] };
    let replayed = NaN;
    for (let round = 0; round <= kit.options['rounds']!; round += 1) {
      kit.progress(`bulk: round ${round} of ${kit.options['rounds']}`);
      const cost = async (work: () => Promise<void>) => {
        await emptied(pool);
        return cpuUs(postgres.pid(), work);
      };
      const ours = await cost(store);
      if (round === 1) replayed = await written(pool, store);
      const theirs = await cost(createMany);
      // The first round only warms up.
      if (round === 0) continue;
      found.store.push(ours);
      found.createMany.push(theirs);
    }
    const ours = median(found.store);
    return [
      row('W5', 'rows of 2 KB stored per CPU-second of worker and Postgres', 1e6 / ours, '', { min: 25_000 }),
      row('W5', '  times cheaper than createMany', median(found.createMany) / ours, '×', { min: 6 }),
      row('W5', '  rows that a slice writes which is stored again', replayed, '', { max: 0 }),
    ];
  } finally {
    await db.close();
    await prisma.$disconnect();
    await pool.end();
    await postgres.remove();
  }
}

async function heldMailbox(pool: Pool) {
  await pool.query(`INSERT INTO users (id, google_subject, email_address) VALUES ($1, $1, $1)`, [mailboxId]);
  await pool.query(
    `INSERT INTO mailboxes (id, user_id, google_subject, email_address, lease_owner, lease_until)
     VALUES ($1, $1, $1, $1, 'bench', now() + interval '1 day')`,
    [mailboxId],
  );
  return { mailboxId, userId: mailboxId, fence: '0' };
}

async function emptied(pool: Pool): Promise<void> {
  await pool.query('TRUNCATE emails, contents');
  await pool.query('UPDATE mailboxes SET listed = 0, stored = 0');
}

async function inBatches(rows: MessageRow[], write: (rows: MessageRow[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += batch) await write(rows.slice(start, start + batch));
}

/** Microseconds a row, of this process and of Postgres. */
async function cpuUs(pid: number, work: () => Promise<void>): Promise<number> {
  const before = { own: process.cpuUsage(), postgres: cpuMsOf(pid) };
  await work();
  const { user, system } = process.cpuUsage(before.own);
  return (user + system + (cpuMsOf(pid) - before.postgres) * 1_000) / rowsOfOne;
}

/** Rows that were inserted or changed, by the transaction that each says it is from. */
async function written(pool: Pool, work: () => Promise<void>): Promise<number> {
  const { rows: before } = await pool.query<{ id: string }>('SELECT txid_current() % 4294967296 AS id');
  await work();
  const tables = ['emails', 'contents', 'mailboxes', 'listed_messages'];
  const counts = tables.map((table) => `SELECT count(*) AS n FROM ${table} WHERE xmin::text::bigint > $1`);
  const { rows } = await pool.query<{ writes: number }>(
    `SELECT sum(n)::int AS writes FROM (${counts.join(' UNION ALL ')}) all_tables`,
    [before[0]!.id],
  );
  return rows[0]!.writes;
}

const words = 'the mail that is stored here has words as mails have them and some of them come again '.split(
  ' ',
);

function aRow(index: number): MessageRow {
  const text = (length: number) =>
    Array.from({ length }, (_, at) => words[(index * 7 + at * at) % words.length]).join(' ');
  const address = (n: number) => ({ name: `Person ${n}`, address: `person${n}@example.com` });
  return {
    gmailId: (0x18f_0000_0000n + BigInt(index) * 7_919n).toString(16),
    threadId: (0x18f_0000_0000n + BigInt(index >> 1)).toString(16),
    historyId: String(1_000 + index),
    receivedAt: new Date(1_700_000_000_000 + index * 60_000),
    subject: text(8),
    from: address(index % 100),
    recipients: { to: Array.from({ length: 26 }, (_, n) => address(n)), cc: [], bcc: [], replyTo: [] },
    messageId: `<${index}.bench@example.com>`,
    labelIds: ['INBOX', 'UNREAD', 'CATEGORY_UPDATES'],
    size: 30_000,
    snippet: text(32),
    hasAttachments: false,
    content: null,
  };
}

function asPrisma({ from, content: _, recipients, ...message }: MessageRow) {
  const { name: fromName = '', address: fromAddress = '' } = from ?? {};
  return { ...message, mailboxId, fromName, fromAddress, recipients: { ...recipients } as object };
}
