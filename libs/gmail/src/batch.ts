import { GmailBadAnswerError, GmailRateLimitError } from './errors.ts';
import type { GmailRequest } from './exchange.ts';
import { isOutage } from './breaker-guard.ts';
import { boundaryOf, multipartOf, partsOf } from './multipart.ts';
import { errorOf, type Named, type Outcome, type Read } from './reads.ts';
import { refusalFrom, UnauthorizedError } from './refusals.ts';
import type { TransportAnswer } from './transport.ts';

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

/** Many reads of one operation as one HTTP request; the answer has one outcome per read, in their order. */
export function batchRequest<T extends Named>(
  reads: readonly Read<T>[],
  boundary = `finito_${crypto.randomUUID()}`,
): GmailRequest<Outcome<T>[]> {
  return {
    operation: 'batch',
    path: batchPath,
    calls: { operation: reads[0]!.request.operation, count: reads.length },
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: multipartOf(
      reads.map(({ request }) => request.path),
      boundary,
    ),
    read: (answer) => outcomesFrom(reads, answer),
    refusal: batchRefusal,
  };
}

function outcomesFrom<T extends Named>(reads: readonly Read<T>[], answer: TransportAnswer): Outcome<T>[] {
  const bad = (reason: string) =>
    new GmailBadAnswerError({ operation: 'batch', status: answer.status, reason });
  const boundary = boundaryOf(answer.headers.get('content-type'));
  const parts = boundary === undefined ? undefined : partsOf(answer, boundary);
  if (parts === undefined) throw bad('boundary');
  const { restore } = answer;
  const byIndex = new Map(parts.map((part) => [part.index, { ...part, restore }]));
  const outcomes = reads.map((read, index): Outcome<T> => {
    const part = byIndex.get(index);
    return part === undefined ? { id: read.id, error: bad('missing-part') } : outcomeOf(read, part);
  });
  const errors = outcomes.flatMap((outcome) => errorOf(outcome) ?? []);
  // The access token ended for all of them: the whole batch is sent again with a new one.
  const unauthorized = errors.find((error) => error instanceof UnauthorizedError);
  if (unauthorized !== undefined) throw unauthorized;
  // An outage hidden in a 200 is an outage to the breaker.
  if (errors.length === reads.length && errors[0] !== undefined && errors.every(isOutage)) throw errors[0];
  return outcomes;
}

function outcomeOf<T extends Named>({ id, request }: Read<T>, part: TransportAnswer): Outcome<T> {
  const { operation } = request;
  if (part.status < 200 || part.status > 299) return { id, error: refusalFrom(operation, part) };
  try {
    const found = request.read(part);
    if (found.id === id) return { id, found };
    return { id, error: new GmailBadAnswerError({ operation, reason: 'other-id' }) };
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
