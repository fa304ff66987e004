// GET /api/mailboxes/:id/export: all that is stored of a mailbox as an mbox. Its messages are read from Gmail as they
// were sent, oldest first, within the quota and behind every sync: a large mailbox takes hours, and memory stays small.
// A file is whole when the answer ended as HTTP ends answers; whatever is amiss cuts the connection instead.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { messageIdFrom } from '@finito/db';
import type { ExportPlace } from '@finito/db';
import type { Log } from '@finito/service-kit';
import { ExportRunningError } from './errors.ts';
import { exportedMessages } from './exported-messages.ts';
import type { ExportedMessage, ExportSource } from './exported-messages.ts';
import { mboxPieces } from './mbox.ts';
import type { GatewayMetrics } from './metrics.ts';

export interface MailboxExports {
  /**
   * Writes the head once the first message is here, so that a refusal is still a problem document; then message by
   * message. Resolves when the answer is complete or was cut. @throws ExportRunningError, or what Gmail says at once
   */
  write(request: ExportRequest, response: ServerResponse): Promise<void>;
  /** Cuts those under way: they go on elsewhere. */
  close(): void;
}

export interface ExportRequest {
  mailboxId: string;
  after: ExportPlace | undefined;
  headers: Record<string, string>;
  log: Log;
}

export interface MailboxExportNeeds extends ExportSource {
  metrics: Pick<GatewayMetrics, 'exported' | 'exportEnded'>;
}

/** A client that takes nothing for so long has gone. */
const stalledMs = 120_000;

export function createMailboxExports({ metrics, ...source }: MailboxExportNeeds): MailboxExports {
  const running = new Map<string, AbortController>();
  let isClosing = false;

  async function write(
    { mailboxId, after, headers, log }: ExportRequest,
    response: ServerResponse,
  ): Promise<void> {
    if (isClosing) return void response.destroy();
    if (running.has(mailboxId)) throw new ExportRunningError('the mailbox is being exported already');
    const stopping = new AbortController();
    const { signal } = stopping;
    const leave = () => stopping.abort();
    running.set(mailboxId, stopping);
    response.once('close', leave);
    try {
      const messages = exportedMessages(source, { mailboxId, after, signal });
      const first = await messages.next();
      response.writeHead(200, { ...headers, Trailer: 'X-Export-Written, X-Export-Gone' });
      const counts = { written: 0, gone: 0 };
      if (!first.done) await writeOne(first.value);
      for await (const message of messages) await writeOne(message);
      response.addTrailers({
        'X-Export-Written': String(counts.written),
        'X-Export-Gone': String(counts.gone),
      });
      response.end();
      metrics.exportEnded('complete');
      log.info({ mailboxId, ...counts }, 'mailbox exported');

      async function writeOne(message: ExportedMessage): Promise<void> {
        counts[message.raw ? 'written' : 'gone'] += 1;
        metrics.exported(message.raw ? 'written' : 'gone');
        for (const piece of piecesOf(mailboxId, message))
          if (!response.write(piece)) await drained(response, signal);
      }
    } catch (error) {
      if (!response.headersSent && !signal.aborted) throw error;
      metrics.exportEnded(response.closed ? 'client' : 'cut');
      if (!response.closed) log.warn({ err: error, mailboxId }, 'export was cut');
      response.destroy();
    } finally {
      stopping.abort();
      response.off('close', leave);
      running.delete(mailboxId);
    }
  }

  return {
    write,
    close() {
      isClosing = true;
      for (const stopping of running.values()) stopping.abort();
    },
  };
}

function piecesOf(mailboxId: string, { row, raw }: ExportedMessage): Iterable<Buffer> {
  return raw ? mboxPieces({ ...row, raw, messageId: messageIdFrom(mailboxId, row.gmailId) }) : [];
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(stalledMs)]) });
}
