export { createGmail } from './gmail.ts';
export type { Gmail, GmailOptions, QueueState } from './gmail.ts';
export type {
  GetMessagesOptions,
  GetThreadsOptions,
  GmailMailbox,
  HistoryType,
  LabelChange,
  ListHistoryOptions,
  ListMessagesOptions,
  MessageOutcome,
  SendOptions,
  ThreadOutcome,
  WatchOptions,
} from './mailbox.ts';
export type { BatchMode } from './get-all.ts';
export type { MessageFormat, MessageOptions, ThreadOptions } from './message-request.ts';
export type { GetAccessToken } from './access.ts';
export { createAccessTokens } from './access-tokens.ts';
export type { AccessTokens, CredentialsStore, StoredAccess } from './access-tokens.ts';
export type { BreakerOptions } from './breakers.ts';
export type { Admission, SharedBreaker } from './shared-breaker.ts';
export type { BreakerState, GmailEvent, OnGmailEvent } from './events.ts';
export {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailHistoryExpiredError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
  OAuthRequestError,
  OAuthRevokedError,
  OAuthUnavailableError,
} from './errors.ts';
export type { RateLimitScope } from './errors.ts';
export { parseNotification } from './notification.ts';
export type { GmailNotification } from './notification.ts';
export { operationClasses, operations } from './operations.ts';
export type { OperationClass, OperationName } from './operations.ts';
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
export type { LatencySummary } from './latencies.ts';
export { createGoogleOAuth } from './oauth.ts';
export type { AuthorizeOptions, GoogleOAuth, GoogleOAuthOptions, TokenSet, UserInfo } from './oauth.ts';
export { createPkce } from './pkce.ts';
export type { Pkce } from './pkce.ts';
export { retryAfterMs } from './retry-after.ts';
export type { HeaderReader } from './retry-after.ts';
export { fetchTransport } from './transport.ts';
export type { Transport, TransportAnswer, TransportRequest } from './transport.ts';
export { createUndiciTransport } from '#undici-transport';
export type { UndiciTransportOptions } from './undici-transport.ts';
export type {
  GmailAttachment,
  GmailHeader,
  GmailLabel,
  GmailMessage,
  GmailMessagePart,
  GmailProfile,
  GmailThread,
  HistoryMessage,
  HistoryPage,
  HistoryRecord,
  MessagePage,
  WatchReceipt,
} from './resources.ts';
