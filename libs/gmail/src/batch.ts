import { GmailBadAnswerError, GmailRateLimitError } from './errors.ts';
import { readJson, type GmailRequest } from './exchange.ts';
import { isOutage } from './breaker-guard.ts';
import { messagePartPath, type MessageOptions } from './message-request.ts';
import { boundaryOf, multipartOf, partsOf, type PartAnswer } from './multipart.ts';
import { refusalFrom, UnauthorizedError } from './refusals.ts';
import type { GmailMessage } from './resources.ts';
import { messageShape } from './shapes.ts';
import type { TransportAnswer } from './transport.ts';

export type MessageOutcome = { id: string; message: GmailMessage } | { id: string; error: Error };

/** There is no batch endpoint here; single calls will do. */
export class BatchMissingError extends Error {
  override readonly name = 'BatchMissingError';
  readonly operation = 'batch';
}

/** More parts than this server takes. */
export class BatchTooLargeError extends Error {
  override readonly name = 'BatchTooLargeError';
  readonly operation = 'batch';
  readonly limit: number;

  constructor(limit: number) {
    super(`at most ${limit} parts`);
    this.limit = limit;
  }
}

const batchPath = '/batch/gmail/v1';
const readMessage = readJson('messages.get', messageShape);

/** Many messages.get as one HTTP request; the answer has one outcome per id, in the order of the ids. */
export function batchRequest(
  ids: readonly string[],
  options: MessageOptions,
  boundary = `finito_${crypto.randomUUID()}`,
): GmailRequest<MessageOutcome[]> {
  return {
    operation: 'batch',
    path: batchPath,
    calls: ids.length,
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: multipartOf(
      ids.map((id) => messagePartPath(id, options)),
      boundary,
    ),
    read: (answer) => outcomesFrom(ids, answer),
    refusal: batchRefusal,
  };
}

function outcomesFrom(ids: readonly string[], answer: TransportAnswer): MessageOutcome[] {
  const bad = (reason: string) =>
    new GmailBadAnswerError({ operation: 'batch', status: answer.status, reason });
  const boundary = boundaryOf(answer.headers.get('content-type'));
  const parts = boundary === undefined ? undefined : partsOf(answer.body, boundary);
  if (parts === undefined) throw bad('boundary');
  const byIndex = new Map(parts.map((part) => [part.index, part]));
  const outcomes = ids.map((id, index): MessageOutcome => {
    const part = byIndex.get(index);
    return part === undefined ? { id, error: bad('missing-part') } : outcomeOf(id, part);
  });
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  // The access token ended for all of them: the whole batch is sent again with a new one.
  const unauthorized = errors.find((error) => error instanceof UnauthorizedError);
  if (unauthorized !== undefined) throw unauthorized;
  // An outage hidden in a 200 is an outage to the breaker.
  if (errors.length === ids.length && errors[0] !== undefined && errors.every(isOutage)) throw errors[0];
  return outcomes;
}

function outcomeOf(id: string, part: PartAnswer): MessageOutcome {
  if (part.status < 200 || part.status > 299) return { id, error: refusalFrom('messages.get', part) };
  try {
    const message = readMessage(part);
    if (message.id !== id) {
      return { id, error: new GmailBadAnswerError({ operation: 'messages.get', reason: 'other-message' }) };
    }
    return { id, message };
  } catch (error) {
    return { id, error: error as GmailBadAnswerError };
  }
}

function batchRefusal({ status, body }: TransportAnswer): Error | undefined {
  if (status === 404 || status === 405 || status === 501) return new BatchMissingError();
  if (status !== 400) return undefined;
  // "Inner request count exceeds the limit. Received: 100, Limit: 50"
  const limit = /exceeds the limit.{0,60}?limit:\s*(\d{1,4})/i.exec(body)?.[1];
  return limit === undefined ? undefined : new BatchTooLargeError(Number(limit));
}

/** Whether Gmail refused for number or pace, so that the next batch should be smaller. */
export function isPaceRefusal(error: unknown): boolean {
  return error instanceof GmailRateLimitError && error.reason !== 'cooldown' && error.scope !== 'day';
}
