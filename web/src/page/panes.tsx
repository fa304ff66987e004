import type { Label, Mailbox } from '@finito/api';
import { useEffect } from 'react';
import { MailboxStatus } from '../mailboxes/mailbox-status.tsx';
import { MessageList } from '../messages/message-list.tsx';
import { MessageView } from '../messages/message-view.tsx';
import { filterOf } from '../messages/message-queries.ts';
import { useChanges } from '../messages/use-changes.ts';
import { useMessages } from '../messages/use-messages.ts';
import { folderName } from './folders.ts';
import { NothingOpen } from './nothing-open.tsx';
import type { Place } from './place.ts';
import { ToastLine } from './toast-line.tsx';
import { useKeys } from './use-keys.ts';
import { closeMessage } from './use-place.ts';

export interface PanesProps {
  place: Place;
  labels: readonly Label[];
  mailboxes: readonly Mailbox[];
}

/** One list and, beside or instead of it, the message of it that is open. */
export function Panes({ place, labels, mailboxes }: PanesProps) {
  const messages = useMessages(filterOf(place));
  const { toast, changes } = useChanges();
  const { cursorId, setCursorId, perform } = useKeys(place, messages.items, changes.change);
  const title = place.q === '' ? folderName(labels, place.label) : `Results for “${place.q}”`;
  const open = messages.items.find(({ id }) => id === place.messageId);
  const shown = mailboxes.filter(({ id }) => place.mailboxId === null || id === place.mailboxId);

  useEffect(() => {
    const unread = labels.find(({ id }) => id === 'INBOX')?.unread ?? 0;
    const name = open ? open.subject || '(no subject)' : title;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name} · Finito Mail`;
  }, [labels, open, title]);

  return (
    <main className="panes">
      <h1 className="hidden">Finito Mail</h1>
      <section className="list-pane" aria-labelledby="list-title">
        <h2 id="list-title" className="list-title">
          {title}
        </h2>
        {shown.map((mailbox) => (
          <MailboxStatus key={mailbox.id} mailbox={mailbox} isOnly={shown.length === 1} />
        ))}
        <MessageList
          {...{ messages, place, labels, cursorId }}
          isArriving={shown.some(({ state }) => state === 'syncing')}
          onCursor={setCursorId}
        />
      </section>
      <section className="message-pane" aria-label="Message">
        {place.messageId === null ? (
          <NothingOpen />
        ) : (
          <MessageView
            key={place.messageId}
            id={place.messageId}
            summary={open}
            {...{ labels, mailboxes }}
            onClose={() => closeMessage(place)}
            onAction={perform}
            onRead={changes.markRead}
          />
        )}
      </section>
      <ToastLine toast={toast} />
    </main>
  );
}
