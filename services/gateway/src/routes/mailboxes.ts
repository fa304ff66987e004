import type { Mailbox } from '@finito/api';
import type { Db } from '@finito/db';
import type { GoogleOAuth } from '@finito/gmail';
import { eraseMailbox, syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import { NotFoundError } from '../errors.ts';
import type { Handlers } from '../handler.ts';
import { mailboxOf } from '../progress.ts';

export interface MailboxNeeds {
  db: Pick<Db, 'mailboxes' | 'mailboxReads'>;
  jobs: Pick<Producer, 'enqueue'>;
  oauth: Pick<GoogleOAuth, 'revoke'>;
}

type MailboxRoutes = 'listMailboxes' | 'disconnectMailbox' | 'pauseMailbox' | 'resumeMailbox';

export function mailboxRoutes({ db, jobs, oauth }: MailboxNeeds): Pick<Handlers, MailboxRoutes> {
  async function one(userId: string, mailboxId: string): Promise<Mailbox> {
    const [view] = await db.mailboxReads.list(userId, mailboxId);
    if (!view) throw new NotFoundError('no such mailbox');
    return mailboxOf(view);
  }

  return {
    async listMailboxes({ principal }) {
      const mailboxes = await db.mailboxReads.list(principal.userId);
      return { items: mailboxes.map((view) => mailboxOf(view)), nextCursor: null };
    },
    async disconnectMailbox({ principal, params, log }) {
      const { refreshToken } = await db.mailboxes.disconnect(principal.userId, params.id);
      // The mailbox is out of reach already. Google's answer and the deletion of rows may come late or again.
      if (refreshToken !== null) {
        await oauth
          .revoke(refreshToken, AbortSignal.timeout(revokeTimeoutMs))
          .catch((err: unknown) => log.warn({ err, mailboxId: params.id }, 'access could not be revoked'));
      }
      await jobs.enqueue(eraseMailbox, { mailboxId: params.id }).catch((err: unknown) => {
        log.warn({ err, mailboxId: params.id }, 'erasure waits for the sweeper');
      });
      return undefined;
    },
    async pauseMailbox({ principal, params }) {
      await db.mailboxes.pause(principal.userId, params.id);
      return one(principal.userId, params.id);
    },
    async resumeMailbox({ principal, params }) {
      await db.mailboxes.resume(principal.userId, params.id);
      // It is due now: the sweeper finds it if this is lost.
      await jobs.enqueue(syncMailbox, { mailboxId: params.id }).catch(() => undefined);
      return one(principal.userId, params.id);
    },
  };
}

const revokeTimeoutMs = 5_000;
