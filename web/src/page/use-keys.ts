import type { EmailSummary } from '@finito/api';
import { useEffect, useEffectEvent, useState } from 'react';
import type { ChangeAction } from '../messages/changes.ts';
import { actionOf } from './keyboard.ts';
import type { Action } from './keyboard.ts';
import type { Place } from './place.ts';
import { searchId } from './search-box.tsx';
import { closeMessage, openMessage } from './use-place.ts';

export type MessageAction = Extract<Action, 'star' | 'archive' | 'trash' | 'unread'>;

/** The row that keys act on: the open message, or one that was only walked to; and what is done with it. */
export function useKeys(
  place: Place,
  items: readonly EmailSummary[],
  change: (message: EmailSummary, action: ChangeAction) => void,
) {
  const [walkedTo, setCursorId] = useState<string | null>(null);
  const cursorId = place.messageId ?? walkedTo;

  function neighbour(by: 1 | -1): EmailSummary | undefined {
    const index = items.findIndex(({ id }) => id === cursorId);
    return items[index === -1 ? 0 : index + by];
  }

  function step(by: 1 | -1): void {
    const next = neighbour(by);
    if (!next) return;
    setCursorId(next.id);
    if (place.messageId !== null) openMessage(place, next.id);
  }

  function close(cursor: string | null): void {
    setCursorId(cursor);
    if (place.messageId !== null) closeMessage(place);
  }

  function perform(action: MessageAction, message: EmailSummary): void {
    if (action === 'star') return change(message, message.starred ? 'unstar' : 'star');
    const next = neighbour(1)?.id ?? neighbour(-1)?.id ?? null;
    close(action === 'unread' ? message.id : next);
    if (action === 'trash') change(message, message.labelIds.includes('TRASH') ? 'untrash' : 'trash');
    else change(message, action);
  }

  useKeyPresses((action) => {
    switch (action) {
      case 'next':
        return step(1);
      case 'previous':
        return step(-1);
      case 'open':
        if (cursorId !== null && place.messageId === null) openMessage(place, cursorId);
        return;
      case 'up':
        if (place.messageId !== null) close(place.messageId);
        return;
      case 'search':
        return document.getElementById(searchId)?.focus();
      default: {
        const message = items.find(({ id }) => id === cursorId);
        if (message) perform(action, message);
      }
    }
  });

  return { cursorId, setCursorId, perform };
}

function useKeyPresses(act: (action: Action) => void): void {
  const onPress = useEffectEvent(act);
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const action = actionOf(
        event,
        isWriting(event.target) || document.querySelector('dialog[open]') !== null,
      );
      if (action === undefined || event.defaultPrevented) return;
      // An open popover closes with Escape by itself.
      if (event.key === 'Escape' && document.querySelector(':popover-open')) return;
      event.preventDefault();
      onPress(action);
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}
