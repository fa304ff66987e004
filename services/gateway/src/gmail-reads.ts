// What is not kept here and a reader asks for now: attachments and the message as it was sent. Gmail is asked while
// the reader waits, ahead of every sync (lane `interactive`), and charged like every other call.
import type { Db, MessageKey } from '@finito/db';
import { GmailNotFoundError, GmailRateLimitError } from '@finito/gmail';
import type { GetAccessToken, Gmail, GmailMailbox, GmailMessagePart } from '@finito/gmail';
import { QuotaLedgerUnavailableError } from '@finito/quota';
import type { GmailMethod, QuotaLane, QuotaLedger, QuotaProfile } from '@finito/quota';
import { setTimeout as wait } from 'node:timers/promises';
import { bytesOf } from './bytes-of.ts';
import { GmailBusyError, NotFoundError } from './errors.ts';

export interface GmailReads {
  /** @throws NotFoundError, GmailBusyError, or what the client throws */
  raw(key: MessageKey, signal: AbortSignal, asked?: Asked): Promise<Buffer>;
  /** `kept`: the attachment's id as it was when the message was stored, if it had one. */
  attachment(
    key: MessageKey,
    part: { partId: string; kept: string | null },
    signal: AbortSignal,
  ): Promise<Buffer>;
}

/** A reader who waits, unless told. */
export interface Asked {
  lane: QuotaLane;
  /** How long to wait for units; beyond it, the answer says when to come back. */
  patienceMs: number;
}

export interface GmailReadsNeeds {
  db: Pick<Db, 'mailboxReads'>;
  gmail: Gmail;
  quota: Pick<QuotaLedger, 'acquire' | 'settle' | 'cooldown'>;
  profile: QuotaProfile;
  accessTokens: {
    get(mailboxId: string, hint: Parameters<GetAccessToken>[1]): Promise<string>;
  };
}

const byReader: Asked = { lane: 'interactive', patienceMs: 2_000 };

export function createGmailReads(needs: GmailReadsNeeds): GmailReads {
  const call = createCall(needs);

  async function attachmentById(
    key: MessageKey,
    id: string,
    signal: AbortSignal,
  ): Promise<Buffer | undefined> {
    try {
      const { data } = await call(key, 'messages.attachments.get', signal, (mailbox) =>
        mailbox.getAttachment(key.gmailId, id, signal),
      );
      return await bytesOf(data);
    } catch (error) {
      if (error instanceof GmailNotFoundError) return undefined;
      throw error;
    }
  }

  return {
    async raw(key, signal, asked) {
      const get = (mailbox: GmailMailbox) => mailbox.getMessage(key.gmailId, { format: 'raw' }, signal);
      const { raw } = await call(key, 'messages.get', signal, get, asked).catch(asNotFound);
      if (raw === undefined) throw new NotFoundError('Gmail gave no message');
      return bytesOf(raw);
    },

    async attachment(key, { partId, kept }, signal) {
      const first = kept === null ? undefined : await attachmentById(key, kept, signal);
      if (first) return first;
      // Ids of attachments are given out anew with each message; a small part has none and comes with the message.
      const { payload } = await call(key, 'messages.get', signal, (mailbox) =>
        mailbox.getMessage(key.gmailId, { format: 'full' }, signal),
      ).catch(asNotFound);
      const part = payload && partOf(payload, partId);
      if (part?.body?.data !== undefined) return bytesOf(part.body.data);
      const id = part?.body?.attachmentId;
      const bytes = id === undefined ? undefined : await attachmentById(key, id, signal);
      if (!bytes) throw new NotFoundError('no such attachment');
      return bytes;
    },
  };
}

function createCall({ db, gmail, quota, profile, accessTokens }: GmailReadsNeeds) {
  return async <T>(
    { mailboxId }: MessageKey,
    method: GmailMethod,
    signal: AbortSignal,
    ask: (mailbox: GmailMailbox) => Promise<T>,
    asked: Asked = byReader,
  ): Promise<T> => {
    const user = await db.mailboxReads.findGoogleSubject(mailboxId);
    if (user === undefined) throw new NotFoundError('no such mailbox');
    const grant = await acquire(quota, { user, method, units: profile.units[method] }, asked, signal);
    try {
      return await ask(
        gmail.mailbox({ getAccessToken: (_signal, hint) => accessTokens.get(mailboxId, hint) }),
      );
    } catch (error) {
      // The refusal holds for the whole fleet.
      if (error instanceof GmailRateLimitError) {
        const forMs = Math.max(1_000, error.retryAfterMs);
        const isOnesOwn = error.scope === 'user' || error.scope === 'concurrency';
        await quota.cooldown(isOnesOwn ? { user, forMs } : { project: true, forMs });
      }
      throw error;
    } finally {
      // What was read stands: unsettled, the grant counts in full when it expires.
      await quota.settle(grant, { usedUnits: grant.units }).catch(unlessAway);
    }
  };
}

async function acquire(
  quota: GmailReadsNeeds['quota'],
  request: { user: string; method: GmailMethod; units: number },
  { lane, patienceMs }: Asked,
  signal: AbortSignal,
) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const decision = await quota.acquire({ ...request, lane });
    if (decision.granted) return decision.grant;
    if (performance.now() + decision.retryInMs > deadline) throw new GmailBusyError(decision.retryInMs);
    await wait(Math.max(10, decision.retryInMs), undefined, { signal });
  }
}

function unlessAway(error: unknown): void {
  if (!(error instanceof QuotaLedgerUnavailableError)) throw error;
}

function partOf(part: GmailMessagePart, partId: string): GmailMessagePart | undefined {
  if ((part.partId ?? '') === partId) return part;
  for (const child of part.parts ?? []) {
    const found = partOf(child, partId);
    if (found) return found;
  }
  return undefined;
}

function asNotFound(error: unknown): never {
  throw error instanceof GmailNotFoundError ? new NotFoundError('Gmail has it no longer') : error;
}
