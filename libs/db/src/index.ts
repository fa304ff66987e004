export type { ApiToken } from './api-tokens.ts';
export type { ClientEventHour, ClientEventPart } from './client-event-hours.ts';
export { createDb } from './create-db.ts';
export type { Db, DbOptions } from './create-db.ts';
export type { EmailFilter, EmailPosition } from './email-list-sql.ts';
export type { EmailEnvelope, EmailWithContent } from './email-reads.ts';
export type { StoredCredentials } from './credentials.ts';
export {
  CredentialsUnreadableError,
  LeaseLostError,
  MailboxNotFoundError,
  RowRefusedError,
} from './errors.ts';
export { untoldMs } from './due-mailboxes.ts';
export type { ExportedRow, ExportPlace } from './export-reads.ts';
export type { FailedMessage } from './failure-reads.ts';
export type { AuditCandidate, FleetState } from './fleet-reads.ts';
export type { HistoryChange } from './history.ts';
export { messageIdFrom, newId, parseMessageId, parseThreadId, threadIdFrom } from './ids.ts';
export type { MessageKey } from './ids.ts';
export { isInScope } from './label-scope.ts';
export type { LabelScope } from './label-scope.ts';
export type { LabelView } from './label-reads.ts';
export type { LabelRow } from './labels.ts';
export type { Lease, MailboxState, Release, SyncState, WaitReason } from './leases.ts';
export type { Listed, Pending, SettledMessage } from './ledger.ts';
export type { MailboxView } from './mailbox-reads.ts';
export { MailboxTakenError } from './mailboxes.ts';
export type { Address, MessageRow, StoredAttachment } from './messages.ts';
export { MigrationError, migrateDatabase, pendingMigrations } from './migrate.ts';
export type { LabelChange, OutboxStore, Sending, SendRequest } from './outbox.ts';
export type { LabelEntry, OutboxWork, SendEntry } from './outbox-work.ts';
export type { RateLimitOverride } from './rate-limit-overrides.ts';
export type { Credentials } from './sealed-credentials.ts';
export type { EncryptionKeys } from './sealed-text.ts';
export type { User } from './users.ts';
export type { DeliveryOutcome, DueDelivery, WebhookWork } from './webhook-work.ts';
export type { Webhook, WebhookDelivery } from './webhooks.ts';
