import type { MessageHead } from './message-head.ts';

/**
 * Threads by Message-ID, In-Reply-To and References, never by subject alone. Replies that arrive before
 * their parent find each other by the name of the parent.
 */
export function createThreads() {
  const members = new Map<string, string[]>();
  const byMessageId = new Map<string, string>();

  return {
    members,
    /** Adds a message to the thread it belongs to, or to `given`, and returns the thread's id. */
    join(
      id: string,
      head: Pick<MessageHead, 'messageId' | 'references' | 'gmailThread'>,
      given?: string,
    ): string {
      const { messageId, references, gmailThread } = head;
      // By its own name, too: an answer that came first has named it.
      const known = [...references, messageId ?? ''].map((name) => byMessageId.get(name)).find(Boolean);
      const threadId = given ?? gmailThread ?? known ?? id;
      const thread = members.get(threadId);
      if (thread) thread.push(id);
      else members.set(threadId, [id]);
      for (const name of [messageId, ...references]) {
        if (name !== null && !byMessageId.has(name)) byMessageId.set(name, threadId);
      }
      return threadId;
    },
    leave(threadId: string, id: string): void {
      const rest = (members.get(threadId) ?? []).filter((other) => other !== id);
      if (rest.length > 0) members.set(threadId, rest);
      else members.delete(threadId);
    },
  };
}
