// What heavy mail does to an event loop on its way: as a worker syncs it in a batch or fetches it alone, as a gateway
// shows it, hands it out and exports it. Gmail is another process, as it is in life.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSanitiser, mailDocument } from '@finito/content';
import type { Sanitiser } from '@finito/content';
import { createGmail, createUndiciTransport } from '@finito/gmail';
import type { GmailMailbox, GmailMessagePart } from '@finito/gmail';
import { bytesOf } from '../../services/gateway/src/bytes-of.ts';
import { mboxPieces } from '../../services/gateway/src/mbox.ts';
import { messageRow } from '../../services/gmail-worker/src/message-row.ts';
import { gmailProcess } from '../kit/gmail.ts';
import { heavyMails } from './heavy-mails.ts';
import { watchLoop } from './loop-watch.ts';

export interface HoldUp {
  mail: string;
  step: string;
  ms: number;
}

/** The longest of each mail, the worst first. */
export async function holdUps(): Promise<HoldUp[]> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'finito-heavy-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const names = writeMails(folder);
  const server = await gmailProcess(['--no-quota', '--prebuilt', '--mail', folder]);
  started.defer(() => server.close());
  const { accessToken } = await server.issueTokens('you@example.com');
  const gmail = createGmail({
    apiUrl: server.endpoints['GMAIL_API_URL']!,
    transport: createUndiciTransport(),
    timeoutMs: 60_000,
  });
  started.defer(() => gmail.close());
  const sanitiser = createSanitiser();
  started.defer(() => sanitiser.close());
  const mailbox = gmail.mailbox({ getAccessToken: () => accessToken });
  const { messages } = await mailbox.listMessages({});
  const found: HoldUp[] = [];
  // The first round loads and compiles.
  for (const round of [0, 1]) {
    for (const [index, { id }] of messages.toReversed().entries()) {
      const steps = await stepsOf(mailbox, sanitiser, id);
      if (round > 0) found.push({ mail: names[index]!, ...steps });
    }
  }
  return found.sort((left, right) => right.ms - left.ms);
}

/** In an order that survives: one is newer than the other. */
function writeMails(folder: string): string[] {
  const mails = [...heavyMails()];
  for (const [index, [, raw]] of mails.entries()) {
    const date = `Date: ${new Date(Date.UTC(2026, 0, 1, 0, index)).toUTCString()}\r\n`;
    writeFileSync(
      join(folder, `${String(index).padStart(3, '0')}.eml`),
      Buffer.concat([Buffer.from(date), raw]),
    );
  }
  return mails.map(([name]) => name);
}

async function stepsOf(mailbox: GmailMailbox, sanitiser: Sanitiser, id: string) {
  let worst = { step: '', ms: 0 };
  const watched = async <T>(step: string, work: () => T | Promise<T>): Promise<T> => {
    await sleep(5);
    const watch = watchLoop();
    try {
      return await work();
    } finally {
      await sleep(2);
      const ms = watch.stop();
      if (ms > worst.ms) worst = { step, ms };
    }
  };
  await watched('synced', async () => {
    for await (const outcome of mailbox.getMessages([id], { format: 'full' }))
      if ('message' in outcome) messageRow(outcome.message, { withContent: true });
  });
  const { content, payload } = await watched('fetched', async () => {
    const message = await mailbox.getMessage(id, { format: 'full' });
    return { ...messageRow(message, { withContent: true }), payload: message.payload };
  });
  await watched('shown', async () => {
    const { html, text, flaws } = content!;
    const clean = html === null ? null : await sanitiser.sanitise(html, { images: false });
    return [
      mailDocument({ html: clean?.html ?? null, text, flaws }),
      JSON.stringify({ html: clean?.html, text }),
    ];
  });
  const raw = await watched('handed out', async () => {
    const message = await mailbox.getMessage(id, { format: 'raw' });
    return bytesOf(message.raw!);
  });
  const attachmentId = attachmentIdOf(payload);
  if (attachmentId !== undefined)
    await watched('its file', async () => bytesOf((await mailbox.getAttachment(id, attachmentId)).data));
  await watched('exported', async () => {
    for (const piece of mboxPieces({ ...someMessage, raw })) {
      if (piece.length > 0) await sleep(0);
    }
  });
  return worst;
}

const someMessage = {
  ...{ messageId: 'mb_1.1', threadId: '1', fromAddress: 'somebody@sender.example' },
  ...{ receivedAt: new Date(0), labels: [], isUnread: false },
};

function attachmentIdOf(part: GmailMessagePart | undefined): string | undefined {
  return part?.body?.attachmentId ?? part?.parts?.map(attachmentIdOf).find((id) => id !== undefined);
}
