import type { EmailSummary } from '@finito/api';
import type { MessageAction } from '../page/use-keys.ts';
import { Icon } from '../shared/icon.tsx';
import type { IconName } from '../shared/icon.tsx';

export interface MessageActionsProps {
  message: EmailSummary;
  onAction: (action: MessageAction, message: EmailSummary) => void;
}

export function MessageActions({ message, onAction }: MessageActionsProps) {
  const { labelIds, starred } = message;
  const isInBin = labelIds.includes('TRASH');
  const button = (action: MessageAction, icon: IconName, words: string, key: string) => (
    <button
      type="button"
      className={`button-icon action-${action}`}
      aria-label={words}
      aria-keyshortcuts={key}
      aria-pressed={action === 'star' ? starred : undefined}
      title={`${words} (${key})`}
      onClick={() => onAction(action, message)}
    >
      <Icon name={icon} filled={action === 'star' && starred} />
    </button>
  );
  return (
    <div className="message-actions" role="group" aria-label="What to do with this message">
      {button('star', 'star', 'Star', 's')}
      {labelIds.includes('INBOX') && button('archive', 'archive', 'Archive', 'e')}
      {button('trash', 'trash', isInBin ? 'Take out of the bin' : 'Move to the bin', '#')}
      {button('unread', 'unread', 'Mark as unread', 'Shift+U')}
    </div>
  );
}
