import { createHmac } from 'node:crypto';

/**
 * Tells one client's events from another's within a day, and nothing else: keyed with the day and our secret, so
 * that it leads neither back to an address nor from one day to the next.
 */
export function clientKey(session: string, secret: string, now = Date.now()): string {
  const day = new Date(now).toISOString().slice(0, 10);
  return createHmac('sha256', secret).update(`client ${day} ${session}`).digest('base64url').slice(0, 22);
}
