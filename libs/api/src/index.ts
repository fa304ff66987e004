export { apiToken, me, newApiToken, signInFault, signInOptions, tokenBody } from './accounts.ts';
export type { ApiToken, Me, NewApiToken, SignInFault, SignInOptions } from './accounts.ts';
export { bulkActionBody, modifyBody, sendBody, sending } from './changes.ts';
export type { BulkActionBody, ModifyBody, SendBody, SentMessage } from './changes.ts';
export { ApiError, ApiUnreachableError, createApiClient } from './client.ts';
export type { ApiClient, ApiClientOptions } from './client.ts';
export { emailContent, emailDetail, emailListQuery, emailSummary, failure, label, thread } from './emails.ts';
export type {
  Address,
  Attachment,
  EmailContent,
  EmailDetail,
  EmailSummary,
  Failure,
  Label,
  Thread,
} from './emails.ts';
export { mailbox, mailboxProgress, mailboxState, syncStatus, waitReason } from './mailboxes.ts';
export type { Mailbox, MailboxProgress, SyncStatus } from './mailboxes.ts';
export { openApiDocument } from './openapi.ts';
export { clientEvent, clientEventsSummary, healthReport, maxClientEvents } from './operations.ts';
export type { ClientEvent, ClientEventsSummary, HealthReport, HealthStatus } from './operations.ts';
export { problem } from './problem.ts';
export type { Problem } from './problem.ts';
export type { RateLimitOverride } from './rate-limits.ts';
export type { Answer, RateClass, Route, RouteAnswer, RouteAuth, RouteInput, RouteRequest } from './route.ts';
export { routes } from './routes.ts';
export type { RouteName, Routes } from './routes.ts';
export type { Webhook } from './webhooks.ts';
export { parseSyncEvent, syncEvent, syncEventTypes } from './sync-events.ts';
export type { SyncEvent, SyncEventType } from './sync-events.ts';
export type { Breaker } from './breakers.ts';
