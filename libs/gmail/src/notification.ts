import * as z from 'zod/mini';

/** What Gmail tells a Pub/Sub topic: this mailbox has come to this position. */
export interface GmailNotification {
  emailAddress: string;
  /** uint64 as text. It says that there is news, and is never a position to store. */
  historyId: string;
}

const longestData = 4_096;
const notification = z.object({
  emailAddress: z.string().check(z.minLength(3), z.maxLength(320)),
  historyId: z.string().check(z.regex(/^\d{1,20}$/)),
});

/**
 * Reads the `data` of a Pub/Sub message, base64 of either alphabet; `undefined` when it is no notification of
 * Gmail's. The history id comes as text or as a number, which JSON would round above 2^53: it is made text before.
 */
export function parseNotification(data: string): GmailNotification | undefined {
  if (data.length > longestData) return undefined;
  try {
    const text = new TextDecoder().decode(bytesOf(data));
    const parsed = notification.safeParse(
      JSON.parse(text.replace(/("historyId"\s*:\s*)(\d{1,20})(?=\s*[,}])/, '$1"$2"')),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(base64: string): Uint8Array {
  const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
