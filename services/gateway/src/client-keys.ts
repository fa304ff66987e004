import { createHmac, hash } from 'node:crypto';

const dayMs = 86_400_000;

/**
 * Tells one client's events from another's within a day, and nothing else: hashed with a salt that only we can make and
 * that is another one each day, so that it leads neither back to an address nor from one day to the next.
 */
export function createClientKeys(secret: string): (session: string, now: number) => string {
  let day = NaN;
  let salt = '';
  return (session, now) => {
    const today = Math.floor(now / dayMs);
    if (today !== day) salt = createHmac('sha256', secret).update(`client ${today}`).digest('base64url');
    day = today;
    return hash('sha256', `${salt} ${session}`, 'base64url').slice(0, 22);
  };
}
