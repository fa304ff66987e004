import type { Address, EmailDetail, EmailSummary, Mailbox } from '@finito/api';
import type { ReactNode } from 'react';
import { Avatar } from '../shared/avatar.tsx';
import { useNow } from '../shared/use-now.ts';
import { fullDate, shortDate } from '../words/dates.ts';
import { nameOf, recipientsInWords } from '../words/people.ts';
import { sizeInWords } from '../words/sizes.ts';

export interface EnvelopeProps {
  message: EmailSummary;
  /** With the recipients that lists leave out; comes later. */
  detail: EmailDetail | undefined;
  mailboxes: readonly Mailbox[];
}

/** Who wrote to whom and when, in two lines, and all of it on a click. */
export function Envelope({ message, detail, mailboxes }: EnvelopeProps) {
  const now = useNow(30_000);
  const own = new Set(mailboxes.map(({ emailAddress }) => emailAddress.toLowerCase()));
  const { from, to, receivedAt } = message;
  return (
    <div className="envelope">
      <Avatar person={from} />
      <p className="envelope-from" dir="auto">
        <b>{nameOf(from)}</b> {from.name && <span className="envelope-address">{from.address}</span>}
      </p>
      <time className="envelope-date" dateTime={receivedAt} title={fullDate(receivedAt)}>
        {shortDate(receivedAt, now)}
      </time>
      <details className="envelope-all">
        <summary>to {recipientsInWords([...to, ...(detail?.cc ?? [])], own)}</summary>
        <dl>
          <People title="From" people={[from]} />
          <People title="To" people={to} />
          <People title="Cc" people={detail?.cc} />
          <People title="Bcc" people={detail?.bcc} />
          <People title="Reply to" people={detail?.replyTo} />
          <Fact title="Date">{fullDate(receivedAt)}</Fact>
          <Fact title="Size">{sizeInWords(message.size)}</Fact>
          <Fact title="Original">
            <a className="link" href={`/api/emails/${encodeURIComponent(message.id)}/raw`} download>
              Save as it was sent
            </a>
          </Fact>
        </dl>
      </details>
    </div>
  );
}

function People({ title, people = [] }: { title: string; people?: readonly Address[] }) {
  if (people.length === 0) return null;
  const each = people.map(({ name, address }) => (name ? `${name} <${address}>` : address));
  return <Fact title={title}>{each.join(', ')}</Fact>;
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}
