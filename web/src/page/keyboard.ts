export type Action = 'next' | 'previous' | 'open' | 'up' | 'search' | 'star' | 'archive' | 'trash' | 'unread';

const actions: Readonly<Record<string, Action>> = {
  j: 'next',
  k: 'previous',
  o: 'open',
  u: 'up',
  Escape: 'up',
  '/': 'search',
  s: 'star',
  e: 'archive',
  '#': 'trash',
  U: 'unread',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>;

/** What a key asks for, as in Gmail. A person who is writing, or who uses the browser's own keys, is left alone. */
export function actionOf(pressed: Pressed, isWriting: boolean): Action | undefined {
  if (isWriting || pressed.isComposing || pressed.ctrlKey || pressed.metaKey || pressed.altKey)
    return undefined;
  return Object.hasOwn(actions, pressed.key) ? actions[pressed.key] : undefined;
}
