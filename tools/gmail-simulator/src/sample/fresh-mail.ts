import type { MessageSource } from '../mailbox/mailbox.ts';
import { sampleContext } from './context.ts';
import { createThreads } from './thread.ts';
import { newsletter } from './newsletter.ts';

/** Mail that arrives now, without an end: notes from people, and a newsletter now and then. */
export function* freshMail(seed: number): Generator<MessageSource, never, undefined> {
  const context = sampleContext(seed, Infinity);
  const threads = createThreads(context);
  for (;;) {
    const at = Date.now();
    const [message] = context.random.chance(0.2) ? newsletter(context, at) : threads.note(at);
    yield { raw: message!.raw, labelIds: ['INBOX', 'UNREAD'], internalDate: at };
  }
}
