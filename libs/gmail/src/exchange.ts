import { DeadlineError, withDeadline } from './deadline.ts';
import { GmailBadAnswerError, GmailUnavailableError } from './errors.ts';
import type { OnGmailEvent } from './events.ts';
import { operations, type OperationName } from './operations.ts';
import { refusalFrom } from './refusals.ts';
import type { Shape } from './shapes.ts';
import type { Transport, TransportAnswer } from './transport.ts';

/** One request as an operation builds it; the token is added when it is sent. */
export interface GmailRequest<T> {
  operation: OperationName;
  /** From the root of the API's origin, with its query. */
  path: string;
  contentType?: string;
  body?: string;
  /** What Google charges for it; default: one call of the operation. */
  calls?: { operation: OperationName; count: number };
  /** Reads a 2xx answer; throws GmailBadAnswerError. */
  read(answer: TransportAnswer): T;
  /** Reads other answers before the common table does. */
  refusal?(answer: TransportAnswer): Error | undefined;
}

export interface Upstream {
  apiUrl: string;
  transport: Transport;
  timeoutMs: number;
  onEvent: OnGmailEvent;
}

/** Sends a request once and gives its checked answer, or one of our errors; the caller's abort passes as it is. */
export async function exchange<T>(
  { apiUrl, transport, timeoutMs, onEvent }: Upstream,
  request: GmailRequest<T>,
  token: string,
  retryCount: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { operation, body, contentType = 'application/json' } = request;
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = contentType;
  const startedAt = performance.now();
  let status = 0;
  try {
    const answer = await withDeadline(timeoutMs, signal, (signal) =>
      transport.send({ verb: operations[operation].verb, url: apiUrl + request.path, headers, body, signal }),
    );
    status = answer.status;
    if (status < 200 || status > 299) throw request.refusal?.(answer) ?? refusalFrom(operation, answer);
    return request.read(answer);
  } catch (error) {
    if (status !== 0) throw error;
    if (signal?.aborted) throw signal.reason;
    throw unavailable(operation, error);
  } finally {
    onEvent({
      type: 'gmail_request',
      operation,
      calls: request.calls ?? { operation, count: 1 },
      latencyMs: performance.now() - startedAt,
      status,
      retryCount,
    });
  }
}

/** Reads a JSON answer and proves its shape; a body cut off or a proxy's page ends here. */
export function readJson<T>(operation: OperationName, shape: Shape<T>): (answer: TransportAnswer) => T {
  return ({ status, body, restore }) => {
    const parsed = parseJson(operation, status, body);
    const value = shape(restore ? restore(parsed) : parsed);
    if (value === undefined) throw new GmailBadAnswerError({ operation, status, reason: 'shape' });
    return value;
  };
}

function parseJson(operation: OperationName, status: number, body: string): unknown {
  // Writes answer 204 or nothing at all.
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // JSON.parse quotes the text it stumbled over, which is mail: its error is not kept.
    throw new GmailBadAnswerError({ operation, status, reason: 'json' });
  }
}

// A transport's error may hold the request with its token: only its code is kept.
function unavailable(operation: OperationName, error: unknown): GmailUnavailableError {
  if (error instanceof DeadlineError) return new GmailUnavailableError({ operation, reason: 'timeout' });
  return new GmailUnavailableError({ operation, reason: networkCode(error) });
}

/** The short code of a network error, such as `ECONNRESET`; `network` when it has none. */
export function networkCode(error: unknown): string {
  for (const each of [error, (error as { cause?: unknown } | null)?.cause]) {
    const code = (each as { code?: unknown } | null | undefined)?.code;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code)) return code;
  }
  return 'network';
}
