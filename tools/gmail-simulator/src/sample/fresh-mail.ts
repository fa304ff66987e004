import type { MessageSource } from '../mailbox/mailbox.ts';
import { sampleContext } from './context.ts';
import { createConversations } from './conversation.ts';
import { newsletter } from './newsletter.ts';

/** Mail that arrives now, without an end: notes from people, and a newsletter now and then. */
export function* freshMail(seed: number): Generator<MessageSource, never, undefined> {
  const context = sampleContext(seed, Infinity);
  const conversations = createConversations(context);
  for (;;) {
    const at = Date.now();
    const [message] = context.random.chance(0.2) ? newsletter(context, at) : conversations.note(at);
    yield { raw: message!.raw, labelIds: ['INBOX', 'UNREAD'], internalDate: at };
  }
}
