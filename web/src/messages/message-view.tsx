import { ApiError } from '@finito/api';
import type { EmailDetail, EmailSummary, Label, Mailbox } from '@finito/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { chipsOf } from '../page/folders.ts';
import type { MessageAction } from '../page/use-keys.ts';
import { api, errorInWords } from '../shared/api.ts';
import { Icon } from '../shared/icon.tsx';
import { useSettled } from '../shared/use-settled.ts';
import { Chips } from './chips.tsx';
import { Envelope } from './envelope.tsx';
import { MessageActions } from './message-actions.tsx';
import { MessageContent } from './message-content.tsx';
import { messageKey } from './message-queries.ts';
import { ownChangesOf } from './own-changes.ts';

export interface MessageViewProps {
  id: string;
  /** From the list: shown at once, while the rest is fetched. */
  summary: EmailSummary | undefined;
  labels: readonly Label[];
  mailboxes: readonly Mailbox[];
  onClose: () => void;
  onAction: (action: MessageAction, message: EmailSummary) => void;
  onRead: (message: EmailSummary) => void;
}

/** Who runs through the list with j and k does not ask for every message on the way. */
const restMs = 120;
/** Who only passes by has not read it. */
const readAfterMs = 800;

export function MessageView(props: MessageViewProps) {
  const { id, summary, labels, mailboxes, onClose, onAction, onRead } = props;
  const own = ownChangesOf(useQueryClient());
  const rests = useSettled(id, restMs, null) === id;
  const detail = useQuery({
    queryKey: [...messageKey, id],
    queryFn: async ({ signal }) => {
      const askedAt = own.now();
      return own.ontoMessage(await api.getEmail({ params: { id } }, signal), askedAt);
    },
    enabled: rests,
    refetchInterval: ({ state }) => state.data?.content === null && askAgainMs(state.dataUpdateCount),
    gcTime: 60_000,
  });
  const message: EmailSummary | undefined = detail.data ?? summary;
  const title = useFocusWhenAlone(message !== undefined);
  useReadMark(detail.data, onRead);

  if (!message) {
    return (
      <div className="message-missing">
        <BackButton onClose={onClose} />
        {detail.isError && <p role="alert">{missingInWords(detail.error)}</p>}
      </div>
    );
  }
  return (
    <article className="open-message" aria-labelledby="message-title">
      <header className="message-head">
        <BackButton onClose={onClose} />
        <MessageActions message={message} onAction={onAction} />
        <h2 id="message-title" ref={title} tabIndex={-1} dir="auto">
          {message.subject || '(no subject)'}
        </h2>
        <p className="message-chips">
          <Chips names={chipsOf(message, labels, null)} />
        </p>
        <Envelope message={message} detail={detail.data} mailboxes={mailboxes} />
      </header>
      <Content detail={detail.data} error={detail.error} onAgain={() => void detail.refetch()} />
    </article>
  );
}

/** Once for each time that it is opened, when its text was there for a moment. */
function useReadMark(detail: EmailDetail | undefined, onRead: (message: EmailSummary) => void): void {
  const isDue = detail !== undefined && detail.content !== null;
  const mark = useEffectEvent(() => {
    if (detail?.unread) onRead(detail);
  });
  useEffect(() => {
    if (!isDue) return;
    const timer = setTimeout(mark, readAfterMs);
    return () => clearTimeout(timer);
  }, [isDue]);
}

interface ContentProps {
  detail: EmailDetail | undefined;
  error: Error | null;
  onAgain: () => void;
}

function Content({ detail, error, onAgain }: ContentProps) {
  if (!detail && error) {
    return (
      <div className="message-note" role="alert">
        <p>{missingInWords(error)}</p>
        <button type="button" className="button" onClick={onAgain}>
          Try again
        </button>
      </div>
    );
  }
  if (!detail) return <Coming />;
  if (detail.content) return <MessageContent id={detail.id} content={detail.content} />;
  return (
    <p className="message-note" role="status">
      The text is still being fetched from Gmail. It comes to the front of the queue now.
    </p>
  );
}

function Coming() {
  return (
    <div className="message-coming" role="status" aria-label="Loading the message">
      <i />
      <i />
      <i />
    </div>
  );
}

function BackButton({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" className="button-icon back-button" aria-label="Back to the list" onClick={onClose}>
      <Icon name="back" />
    </button>
  );
}

/** Where the list gives way to the message, the reader starts at its title. */
function useFocusWhenAlone(isThere: boolean) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const list = document.getElementById('messages');
    if (isThere && list?.checkVisibility() === false) title.current?.focus({ preventScroll: true });
  }, [isThere]);
  return title;
}

/** An event says when the text has come; this is for the case that none does. */
function askAgainMs(times: number): number {
  return Math.min(1_000 * 1.6 ** times, 15_000);
}

function missingInWords(error: Error): string {
  return error instanceof ApiError && error.status === 404
    ? 'This message is not here any more.'
    : errorInWords(error);
}
