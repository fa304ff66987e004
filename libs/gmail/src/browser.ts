// What a browser gets: the client of one mailbox without what needs Node or a client secret.
export { createResilientGmailClient, tuningProfiles } from './resilient-client.ts';
export type {
  ResilientGmailClient,
  ResilientGmailMetrics,
  ResilientGmailOptions,
} from './resilient-client.ts';
export { createEventReporter } from './event-reporter.ts';
export type { EventReporter, EventReporterOptions } from './event-reporter.ts';
export { clientEventOf } from './client-event.ts';
export type { ClientEvent } from './client-event.ts';
export {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailHistoryExpiredError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
} from './errors.ts';
export type { GetAccessToken } from './access.ts';
export type { BreakerState, GmailEvent, OnGmailEvent } from './events.ts';
export type { OperationClass, OperationName } from './operations.ts';
export { retryAfterMs } from './retry-after.ts';
export { fetchTransport } from './transport.ts';
export type { Transport, TransportAnswer, TransportRequest } from './transport.ts';
export type * from './resources.ts';
