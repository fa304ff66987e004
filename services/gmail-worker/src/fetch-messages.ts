// Carries out a part of a plan: each wanted message becomes one outcome, an answer or an error.
import { GmailBadAnswerError, GmailNotFoundError, GmailRequestError } from '@finito/gmail';
import type { GmailMailbox, GmailMessage, GmailThread } from '@finito/gmail';
import { notInThread } from './fetch-plan.ts';
import type { FetchStep } from './fetch-plan.ts';

export type Outcome = { gmailId: string; message: GmailMessage } | { gmailId: string; error: Error };

/** Requests under way for one mailbox: one of the user's three stays free for a reader (DESIGN §3.9). */
export const concurrency = 2;

/** Without content: what the list of messages shows, a tenth of the bytes. */
const envelopes = {
  format: 'metadata',
  metadataHeaders: ['From', 'To', 'Cc', 'Bcc', 'Reply-To', 'Subject', 'Message-ID'],
} as const;

/**
 * `take` gets each outcome when it is there: of what Gmail says of a message a tenth is kept, and the rest need not wait
 * for the others.
 * @throws the signal's reason, and nothing else
 */
export async function fetchMessages(
  gmail: GmailMailbox,
  steps: readonly FetchStep[],
  { withContent, signal }: { withContent: boolean; signal: AbortSignal },
  take: (outcome: Outcome) => void,
): Promise<void> {
  const threads = new Map<string, string[]>();
  const singles: string[] = [];
  for (const step of steps) {
    if (step.kind === 'thread') threads.set(step.threadId, step.wanted);
    else singles.push(step.wanted[0]);
  }
  const format = withContent ? ({ format: 'full' } as const) : envelopes;
  // Side by side, so that both together keep to the concurrency.
  const maxConcurrent = threads.size > 0 && singles.length > 0 ? concurrency / 2 : concurrency;
  const options = { ...format, maxConcurrent };
  const fetchThreads = async () => {
    for await (const { id, ...answer } of gmail.getThreads([...threads.keys()], options, signal)) {
      const wanted = threads.get(id)!;
      const outcomes = 'error' in answer ? allFailed(wanted, answer.error) : found(wanted, answer.thread);
      outcomes.forEach(take);
    }
  };
  const fetchSingles = async () => {
    for await (const { id, ...answer } of gmail.getMessages(singles, options, signal)) {
      take({ gmailId: id, ...answer });
    }
  };
  await Promise.all([fetchThreads(), fetchSingles()]);
}

function found(wanted: readonly string[], { messages }: GmailThread): Outcome[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return wanted.map((gmailId) => {
    const message = byId.get(gmailId);
    return message ? { gmailId, message } : { gmailId, error: unreadable(notInThread) };
  });
}

/** Only a message that was asked for alone is called gone, or at fault. */
function allFailed(wanted: readonly string[], error: Error): Outcome[] {
  const isTheThreads = error instanceof GmailNotFoundError || error instanceof GmailRequestError;
  const told = isTheThreads ? unreadable('thread-refused') : error;
  return wanted.map((gmailId) => ({ gmailId, error: told }));
}

function unreadable(reason: string): GmailBadAnswerError {
  return new GmailBadAnswerError({ operation: 'threads.get', reason });
}
