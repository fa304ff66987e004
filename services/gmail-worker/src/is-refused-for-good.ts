import { GmailAccessRevokedError, GmailNotFoundError, GmailRequestError } from '@finito/gmail';

/** Whether Gmail will refuse this write each time: it is unknown, wrong, or beyond what the owner consented to. */
export function isRefusedForGood(error: unknown): boolean {
  return (
    error instanceof GmailNotFoundError ||
    (error instanceof GmailRequestError && !error.retryable) ||
    (error instanceof GmailAccessRevokedError && error.kind === 'scope')
  );
}
