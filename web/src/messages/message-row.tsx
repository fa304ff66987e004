import type { EmailSummary, Label } from '@finito/api';
import { memo } from 'react';
import { chipsOf } from '../page/folders.ts';
import type { Place } from '../page/place.ts';
import { PlaceLink } from '../page/place-link.tsx';
import { openMessage } from '../page/use-place.ts';
import { Avatar } from '../shared/avatar.tsx';
import { Icon } from '../shared/icon.tsx';
import { fullDate, shortDate } from '../words/dates.ts';
import { nameOf } from '../words/people.ts';
import { Chips } from './chips.tsx';

export interface MessageRowProps {
  message: EmailSummary;
  place: Place;
  labels: readonly Label[];
  now: number;
  isOpen: boolean;
  isCursor: boolean;
  onCursor: (id: string) => void;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, place, labels, now, isOpen, isCursor, onCursor } = props;
  const { id, subject, snippet, receivedAt, unread, starred, hasAttachments } = message;
  const isOwn = place.label === 'SENT' || place.label === 'DRAFT';
  const person = (isOwn ? message.to[0] : undefined) ?? message.from;
  const open = () => {
    onCursor(id);
    openMessage(place, id);
  };
  return (
    <PlaceLink
      className={`message${unread ? ' message-unread' : ''}${isCursor ? ' message-cursor' : ''}`}
      to={{ ...place, messageId: id }}
      onGo={open}
      data-message={id}
      aria-current={isOpen ? 'true' : undefined}
    >
      <Avatar person={person} />
      <span className="message-line">
        {unread && <span className="hidden">Unread. </span>}
        <span className="message-person">
          {isOwn && 'To '}
          {isOwn && message.to.length > 1 ? message.to.map(nameOf).join(', ') : nameOf(person)}
        </span>
        <time className="message-date" dateTime={receivedAt} title={fullDate(receivedAt)}>
          {shortDate(receivedAt, now)}
        </time>
      </span>
      <span className="message-line">
        <span className="message-subject">{subject || '(no subject)'}</span>
        <Mark isThere={hasAttachments} name="clip" meaning="Has attachments" />
        <Mark isThere={starred} name="star" meaning="Starred" />
      </span>
      <span className="message-line">
        <Chips names={chipsOf(message, labels, place.label)} />
        <span className="message-snippet">{snippet}</span>
      </span>
    </PlaceLink>
  );
});

function Mark({ isThere, name, meaning }: { isThere: boolean; name: 'clip' | 'star'; meaning: string }) {
  if (!isThere) return null;
  return (
    <span className={`message-mark message-${name}`} title={meaning}>
      <Icon name={name} filled={name === 'star'} />
      <span className="hidden">{meaning}. </span>
    </span>
  );
}
