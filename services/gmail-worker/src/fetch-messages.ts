// Carries out a part of a plan: each wanted message becomes one outcome, an answer or an error.
import { GmailBadAnswerError, GmailNotFoundError, GmailRequestError } from '@finito/gmail';
import type { GmailMailbox, GmailMessage, ThreadOptions } from '@finito/gmail';
import { notInThread } from './fetch-plan.ts';
import type { FetchStep } from './fetch-plan.ts';

export type Outcome = { gmailId: string; message: GmailMessage } | { gmailId: string; error: Error };

/** Calls under way for one mailbox: one of the user's three stays free for a reader (DESIGN §3.9). */
export const concurrency = 2;

/** Without content: what the list of messages shows, a tenth of the bytes. */
const envelopes = {
  format: 'metadata',
  metadataHeaders: ['From', 'To', 'Cc', 'Bcc', 'Reply-To', 'Subject', 'Message-ID'],
} as const;

/** @throws the signal's reason, and nothing else */
export async function fetchMessages(
  gmail: GmailMailbox,
  steps: readonly FetchStep[],
  { withContent, signal }: { withContent: boolean; signal: AbortSignal },
): Promise<Outcome[]> {
  const options = withContent ? ({ format: 'full' } as const) : envelopes;
  const threads = steps.filter((step) => step.kind === 'thread');
  const singles = steps.filter((step) => step.kind === 'message').map(({ wanted: [id] }) => id);
  const outcomes: Outcome[] = [];
  for (let start = 0; start < threads.length; start += concurrency) {
    const together = threads.slice(start, start + concurrency);
    const answers = await Promise.all(together.map((step) => fetchThread(gmail, step, options, signal)));
    outcomes.push(...answers.flat());
  }
  if (singles.length === 0) return outcomes;
  const together = { ...options, maxConcurrent: concurrency };
  for await (const { id, ...outcome } of gmail.getMessages(singles, together, signal)) {
    outcomes.push({ gmailId: id, ...outcome });
  }
  return outcomes;
}

async function fetchThread(
  gmail: GmailMailbox,
  { threadId, wanted }: Extract<FetchStep, { kind: 'thread' }>,
  options: ThreadOptions,
  signal: AbortSignal,
): Promise<Outcome[]> {
  try {
    const { messages } = await gmail.getThread(threadId, options, signal);
    const byId = new Map(messages.map((message) => [message.id, message]));
    return wanted.map((gmailId) => {
      const message = byId.get(gmailId);
      return message ? { gmailId, message } : { gmailId, error: unreadable(notInThread) };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Only a message that was asked for alone is called gone, or at fault.
    const isTheThreads = error instanceof GmailNotFoundError || error instanceof GmailRequestError;
    const told = isTheThreads ? unreadable('thread-refused') : (error as Error);
    return wanted.map((gmailId) => ({ gmailId, error: told }));
  }
}

function unreadable(reason: string): GmailBadAnswerError {
  return new GmailBadAnswerError({ operation: 'threads.get', reason });
}
