// Whose fault an error is: a message's own, or that of a mailbox, a quota or an outage (DESIGN §3.8). Pure.
import { RowRefusedError } from '@finito/db';
import {
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRequestError,
  GmailUnavailableError,
} from '@finito/gmail';
import { notInThread } from './fetch-plan.ts';

export type Fault =
  | { kind: 'gone' }
  /** Counted against the message, which is given up after `maxAttempts`. */
  | { kind: 'own'; reason: string; maxAttempts: number }
  /** Nothing is counted: the slice ends, and the message is tried again. */
  | { kind: 'other' };

/** What comes out the same each time is tried three times. */
const lastingAttempts = 3;
/** A cut-off answer or a 503 may be chance: with 15 % of all calls failing so, eight tries give up one message in four million. */
const passingAttempts = 8;

export function faultOf(error: unknown): Fault {
  if (error instanceof GmailNotFoundError) return { kind: 'gone' };
  if (error instanceof GmailUnavailableError) {
    return error.reason === 'breaker-open' ? { kind: 'other' } : own(error, passingAttempts);
  }
  if (error instanceof GmailBadAnswerError) {
    const fault = own(error, passingAttempts);
    return error.reason === notInThread ? { ...fault, reason: notInThread } : fault;
  }
  if (error instanceof GmailRequestError) {
    return own(error, error.retryable ? passingAttempts : lastingAttempts);
  }
  if (error instanceof RowRefusedError) return own(error, lastingAttempts);
  // Errors that know about retrying come from a client or a store; any other was thrown while reading the message.
  return error instanceof Error && 'retryable' in error ? { kind: 'other' } : own(error, lastingAttempts);
}

function own(error: unknown, maxAttempts: number): Extract<Fault, { kind: 'own' }> {
  return { kind: 'own', reason: error instanceof Error ? error.name : 'unknown', maxAttempts };
}
