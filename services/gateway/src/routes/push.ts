// Gmail's notifications. Answered with 2xx only once Postgres remembers that there is news; twice, late or out of order
// changes nothing: what is older than what we hold is no news. What cannot be read would come again for days if it were
// refused, and asking Gmail now and then finds what it meant, so it is counted and taken.
import type { Db } from '@finito/db';
import { parseNotification } from '@finito/gmail';
import { syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { NotificationMetrics } from '@finito/service-kit';
import type { Handlers } from '../handler.ts';

export interface PushNeeds {
  db: Pick<Db, 'due'>;
  jobs: Pick<Producer, 'enqueue'>;
  notificationMetrics: NotificationMetrics;
}

export function pushRoutes({ db, jobs, notificationMetrics }: PushNeeds): Pick<Handlers, 'takeGmailPush'> {
  return {
    async takeGmailPush({ body: { message } }) {
      const notification = parseNotification(message.data);
      if (!notification) {
        notificationMetrics.told({ via: 'push', outcome: 'unreadable' });
        return undefined;
      }
      const { outcome, looks } = await db.due.notify(notification.emailAddress, notification.historyId);
      // The queue may be away: the mailbox is due in Postgres, where the next sweep finds it.
      await Promise.all(
        looks.map(({ mailboxId, inMs }) =>
          jobs.enqueue(syncMailbox, { mailboxId }, { delayMs: inMs }).catch(() => undefined),
        ),
      );
      notificationMetrics.told({ via: 'push', outcome, publishTime: message.publishTime });
      return undefined;
    },
  };
}
