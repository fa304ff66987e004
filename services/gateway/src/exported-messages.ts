import { setTimeout as wait } from 'node:timers/promises';
import type { Db, ExportedRow, ExportPlace } from '@finito/db';
import { NotFoundError } from './errors.ts';
import type { GmailReads } from './gmail-reads.ts';

export interface ExportedMessage {
  row: ExportedRow;
  /** As it was sent; undefined when Gmail has it no longer. */
  raw: Buffer | undefined;
}

export interface ExportSource {
  db: Pick<Db, 'exportReads'>;
  gmailReads: Pick<GmailReads, 'raw'>;
}

const rowsAtOnce = 200;
/** Google's own limit for one user, which the ledger holds over all processes. */
const fetchesAtOnce = 3;
/** What is read ahead, as Gmail counts it; of a message that is larger, that one alone. */
const bytesAhead = 8_000_000;
/** A fault that passes is waited for so often, up to five minutes each time; then the export is cut. */
const tries = 8;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

/**
 * The messages of a mailbox in the order of an export, a few of them read ahead.
 * @throws what Gmail says for good, or still says after the last try
 */
export async function* exportedMessages(
  source: ExportSource,
  { mailboxId, after, signal }: { mailboxId: string; after: ExportPlace | undefined; signal: AbortSignal },
): AsyncGenerator<ExportedMessage> {
  const ahead: { row: ExportedRow; raw: Promise<Buffer | undefined> }[] = [];
  let rows: ExportedRow[] = [];
  let place = after;
  let isEnd = false;

  async function nextRow(): Promise<ExportedRow | undefined> {
    if (rows.length === 0 && !isEnd) {
      rows = await source.db.exportReads.page(mailboxId, place, rowsAtOnce);
      isEnd = rows.length < rowsAtOnce;
      place = rows.at(-1) ?? place;
    }
    return rows[0];
  }
  const hasRoomFor = ({ size }: ExportedRow) =>
    ahead.length === 0 ||
    (ahead.length < fetchesAtOnce && ahead.reduce((sum, { row }) => sum + row.size, size) <= bytesAhead);

  for (;;) {
    for (let row = await nextRow(); row && hasRoomFor(row); row = await nextRow()) {
      rows.shift();
      const raw = rawOf(source, { mailboxId, gmailId: row.gmailId }, signal);
      raw.catch(() => undefined); // it is thrown where it is awaited
      ahead.push({ row, raw });
    }
    const first = ahead[0];
    if (!first) return;
    const raw = await first.raw;
    ahead.shift();
    yield { row: first.row, raw };
  }
}

async function rawOf(
  { gmailReads }: ExportSource,
  key: { mailboxId: string; gmailId: string },
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await gmailReads.raw(key, signal, { lane: 'backfill', patienceMs: Infinity });
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      const { retryable = false, retryAfterMs = 0 } = error as { retryable?: boolean; retryAfterMs?: number };
      if (!retryable || attempt >= tries || signal.aborted) throw error;
      const backoffMs = firstWaitMs * 2 ** attempt * (0.5 + Math.random() / 2);
      await wait(Math.min(longestWaitMs, Math.max(backoffMs, retryAfterMs)), undefined, { signal });
    }
  }
}
