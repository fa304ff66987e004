import type { EmailSummary } from '@finito/api';
import { useEffect, useEffectEvent, useState } from 'react';
import { actionOf } from './keyboard.ts';
import type { Action } from './keyboard.ts';
import type { Place } from './place.ts';
import { searchId } from './search-box.tsx';
import { closeMessage, openMessage } from './use-place.ts';

/** The row that keys act on: the open message, or one that was only walked to. */
export function useKeys(place: Place, items: readonly EmailSummary[]) {
  const [walkedTo, setCursorId] = useState<string | null>(null);
  const cursorId = place.messageId ?? walkedTo;

  function step(by: 1 | -1): void {
    const index = items.findIndex(({ id }) => id === cursorId);
    const next = items[index === -1 ? 0 : index + by];
    if (!next) return;
    setCursorId(next.id);
    if (place.messageId !== null) openMessage(place, next.id);
  }

  const act = useEffectEvent((action: Action) => {
    switch (action) {
      case 'next':
        return step(1);
      case 'previous':
        return step(-1);
      case 'open':
        if (cursorId !== null && place.messageId === null) openMessage(place, cursorId);
        return;
      case 'up':
        if (place.messageId === null) return;
        setCursorId(place.messageId);
        closeMessage(place);
        return;
      case 'search':
        document.getElementById(searchId)?.focus();
    }
  });

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
      act(action);
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);

  return { cursorId, setCursorId };
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}
