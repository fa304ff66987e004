import { describe, expect, it } from '@jest/globals';
import { RowRefusedError } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
} from '@finito/gmail';
import { faultOf } from './fault-of.ts';

const operation = 'messages.get';

describe('whose fault it is', () => {
  it.each([
    ['a message that is not found is gone', new GmailNotFoundError({ operation }), { kind: 'gone' }],
    [
      'a refusal for quota is not the message’s',
      new GmailRateLimitError({ operation, scope: 'user', retryAfterMs: 1 }),
      { kind: 'other' },
    ],
    [
      'a lost consent is not the message’s',
      new GmailAccessRevokedError({ operation, kind: 'token' }),
      { kind: 'other' },
    ],
    [
      'an open breaker is not the message’s',
      new GmailUnavailableError({ operation, reason: 'breaker-open' }),
      { kind: 'other' },
    ],
    [
      'a broken answer may be chance',
      new GmailBadAnswerError({ operation }),
      { kind: 'own', reason: 'GmailBadAnswerError', maxAttempts: 8 },
    ],
    [
      'a 500 may be chance',
      new GmailUnavailableError({ operation, status: 500 }),
      { kind: 'own', reason: 'GmailUnavailableError', maxAttempts: 8 },
    ],
    [
      'a refused request comes out the same',
      new GmailRequestError({ operation, status: 400 }),
      { kind: 'own', reason: 'GmailRequestError', maxAttempts: 3 },
    ],
    [
      'a row that Postgres refuses comes out the same',
      new RowRefusedError('22P05'),
      { kind: 'own', reason: 'RowRefusedError', maxAttempts: 3 },
    ],
    [
      'what is thrown while reading comes out the same',
      new TypeError('x'),
      { kind: 'own', reason: 'TypeError', maxAttempts: 3 },
    ],
  ])('%s', (_title, error, fault) => {
    expect(faultOf(error)).toEqual(fault);
  });
});
