import type { MailboxProgress, SyncEvent } from '@finito/api';

/** What events told since the page was last brought up to date. */
export interface News {
  progress: Map<string, MailboxProgress>;
  stored: Set<string>;
  changed: Set<string>;
  gone: Set<string>;
  /** Something could not be told: everything has to be read again. */
  reset: boolean;
}

export function createNews(): News {
  return { progress: new Map(), stored: new Set(), changed: new Set(), gone: new Set(), reset: false };
}

/** Events come by the hundred while a mailbox is fetched; of each kind only what it means in the end is kept. */
export function addEvent(news: News, event: SyncEvent): void {
  switch (event.type) {
    case 'progress':
      news.progress.set(event.mailboxId, event.progress);
      return;
    case 'message-stored':
      for (const id of event.ids) {
        news.gone.delete(id);
        news.stored.add(id);
      }
      return;
    case 'message-changed':
      for (const id of event.ids) news.changed.add(id);
      return;
    case 'message-gone':
      for (const id of event.ids) {
        news.stored.delete(id);
        news.changed.delete(id);
        news.gone.add(id);
      }
      return;
    case 'reset':
      news.reset = true;
      return;
    case 'heartbeat':
      return;
    default:
      return unreachable(event);
  }
}

/** Whether lists and counts of messages may look different now. */
export function touchesMessages({ stored, changed, gone, reset }: News): boolean {
  return reset || stored.size > 0 || changed.size > 0 || gone.size > 0;
}

function unreachable(event: never): never {
  throw new Error(`An event that nobody reads: ${JSON.stringify(event)}`);
}
