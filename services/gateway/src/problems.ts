// HTTP statuses are known here only. An error class that the table does not have is a 500 that says nothing.
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '@finito/api';
import { MailboxNotFoundError, MailboxTakenError } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailRateLimitError,
  GmailUnavailableError,
  OAuthUnavailableError,
} from '@finito/gmail';
import { QueueUnavailableError } from '@finito/jobs';
import { FleetBreakerUnavailableError, QuotaLedgerUnavailableError } from '@finito/quota';
import type { ErrorRequestHandler, Response } from 'express';
import {
  BodyTooLargeError,
  CertificatesUnavailableError,
  CrossSiteRequestError,
  ForeignTokenError,
  GmailBusyError,
  ExportRunningError,
  InvalidRequestError,
  MailboxNotWholeError,
  MalformedBodyError,
  MethodNotAllowedError,
  NotFoundError,
  OverloadedError,
  PushOffError,
  RateLimitedError,
  SignInStateError,
  TooManyStreamsError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from './errors.ts';
import { answerUnread } from './large-bodies.ts';
import type { RequestLocals } from './request-locals.ts';

export interface ProblemKind {
  type: string;
  title: string;
  status: number;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const kind = (status: number, type: string, title: string): ProblemKind => ({
  type: `/problems/${type}`,
  title,
  status,
});

const tooLarge = kind(413, 'body-too-large', 'The body is too large');
const malformed = kind(400, 'malformed-body', 'The body cannot be read');
const notFound = kind(404, 'not-found', 'There is no such thing');
const unavailable = kind(503, 'unavailable', 'A part of the service is away; try again');
const gmailBusy = kind(503, 'gmail-busy', "Gmail's quota is used up for the moment; try again");
const googleUnavailable = kind(503, 'google-unavailable', 'Google does not answer; try again');
const internal = kind(500, 'internal', 'Something went wrong on our side');

/** Each error class that a caller may see, and as what. */
export const problems: readonly (readonly [ErrorClass, ProblemKind])[] = [
  [InvalidRequestError, kind(400, 'invalid-request', 'The request does not fit the contract')],
  [MalformedBodyError, malformed],
  [SignInStateError, kind(400, 'sign-in-state', 'This sign-in was not started here, or is too old')],
  [UnauthenticatedError, kind(401, 'unauthenticated', 'Sign in, or send a valid key or token')],
  [CrossSiteRequestError, kind(403, 'cross-site', 'The request came from a page of another site')],
  [ForeignTokenError, kind(403, 'foreign-token', 'The token is Google’s, but not for this installation')],
  [NotFoundError, notFound],
  [MailboxNotFoundError, notFound],
  [PushOffError, kind(404, 'push-off', 'Pushed notifications are not set up here')],
  [MethodNotAllowedError, kind(405, 'method-not-allowed', 'The path has no such method')],
  [ExportRunningError, kind(409, 'export-running', 'The mailbox is being exported already')],
  [MailboxNotWholeError, kind(409, 'mailbox-not-whole', 'Messages of the mailbox are still to be stored')],
  [MailboxTakenError, kind(409, 'mailbox-taken', 'Another user has connected this mailbox')],
  [BodyTooLargeError, tooLarge],
  [
    UnsupportedMediaTypeError,
    kind(415, 'unsupported-media-type', 'The body is of a type that is not read here'),
  ],
  [RateLimitedError, kind(429, 'rate-limited', 'Too many requests in this minute')],
  [TooManyStreamsError, kind(429, 'too-many-streams', 'Too many event streams are open')],
  [OverloadedError, kind(503, 'overloaded', 'There is more to do than this process can; try again')],
  [QueueUnavailableError, unavailable],
  [GmailBusyError, gmailBusy],
  [GmailRateLimitError, gmailBusy],
  [GmailAccessRevokedError, kind(409, 'reauth-needed', 'The mailbox has to be connected again by its owner')],
  [GmailBadAnswerError, googleUnavailable],
  [GmailUnavailableError, googleUnavailable],
  [OAuthUnavailableError, googleUnavailable],
  [CertificatesUnavailableError, googleUnavailable],
  [QuotaLedgerUnavailableError, unavailable],
  [FleetBreakerUnavailableError, unavailable],
];

/** Stands for all other codes of what Node's parser of HTTP refuses. */
const unreadable = 'HPE_INVALID';

/** Failures of the parts that read a request or reach the database, which name themselves by a code. */
export const problemsByCode: Readonly<Record<string, ProblemKind>> = {
  'entity.parse.failed': malformed,
  'encoding.unsupported': kind(415, 'unsupported-encoding', 'The encoding of the body is not supported'),
  'charset.unsupported': kind(415, 'unsupported-encoding', 'The encoding of the body is not supported'),
  'entity.too.large': tooLarge,
  'request.size.invalid': malformed,
  'request.aborted': malformed,
  HPE_HEADER_OVERFLOW: kind(431, 'head-too-large', 'The head of the request is too large'),
  ERR_HTTP_REQUEST_TIMEOUT: kind(408, 'too-slow', 'The request did not come in time'),
  [unreadable]: kind(400, 'malformed-request', 'The request is not HTTP'),
  ECONNREFUSED: unavailable,
  ECONNRESET: unavailable,
  '57014': unavailable,
  '57P01': unavailable,
  '57P03': unavailable,
  '53300': unavailable,
};

/** The last middleware: every error becomes a problem document; what is not the caller's fault is logged, once. */
export function problemHandler(): ErrorRequestHandler<object, unknown, unknown, unknown, RequestLocals> {
  return (error: unknown, request, response: Response<unknown, RequestLocals>, _next) => {
    const found = kindOf(error);
    // What was refused for want of time is counted, and has its line in the request log: no more work for it.
    if (found.status >= 500 && !(error instanceof OverloadedError)) {
      response.locals.logOfRequest().error({ err: error }, 'request failed');
    }
    if (response.headersSent) {
      request.destroy();
      return;
    }
    sendProblem(request, response, { kind: found, failure: error as Failure });
  };
}

/**
 * What a client is told whose request never became one, as the whole answer. Its connection has to be ended with it:
 * what comes after on it cannot be read either.
 */
export function answerToUnreadable({ code = '' }: { code?: string }): string {
  const { type, title, status } = problemsByCode[code] ?? problemsByCode[unreadable]!;
  const body = JSON.stringify({ type, title, status } satisfies Problem);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

interface Failure {
  code?: unknown;
  type?: unknown;
  status?: unknown;
  errors?: unknown;
  retryAfterMs?: unknown;
  allow?: unknown;
}

function sendProblem(
  request: IncomingMessage,
  response: Response<unknown, RequestLocals>,
  { kind: { type, title, status }, failure }: { kind: ProblemKind; failure: Failure },
): void {
  const body: Problem = { type, title, status, instance: response.locals.requestId };
  if (failure instanceof InvalidRequestError) body.errors = failure.errors;
  if (failure instanceof MethodNotAllowedError) response.set('Allow', failure.allow.join(', '));
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (status === 429 || status === 503) {
    const waitMs = typeof failure.retryAfterMs === 'number' ? failure.retryAfterMs : 5_000;
    response.set('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1_000))));
  }
  const text = JSON.stringify(body);
  response.status(status).type('application/problem+json');
  if (failure instanceof BodyTooLargeError) answerUnread(request, response, text);
  else response.send(text);
}

function kindOf(error: unknown): ProblemKind {
  const known = problems.find(([errorClass]) => error instanceof errorClass);
  if (known) return known[1];
  const { code, type, status } = (error ?? {}) as Failure;
  for (const name of [type, code]) {
    if (typeof name === 'string' && Object.hasOwn(problemsByCode, name)) return problemsByCode[name]!;
  }
  if (error instanceof URIError || status === 400) return malformed;
  if (error instanceof Error && /timeout|terminated/i.test(error.message) && !code) return unavailable;
  return internal;
}
