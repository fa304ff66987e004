export {
  backfillMailbox,
  catalogue,
  deliverWebhooks,
  eraseMailbox,
  fetchContent,
  ingestClientEvents,
  pushChanges,
  syncMailbox,
} from './catalogue.ts';
export { clientEvent, clientOperations, maxClientEvents } from './client-event.ts';
export type { ClientEvent } from './client-event.ts';
export { clientEventFault, unknownFields } from './client-event-fault.ts';
export type { ClientEventFault } from './client-event-fault.ts';
export { clockSkew, countClientEvents, hourOf, queueSizeBuckets } from './count-client-events.ts';
export type { ClientEventCounts } from './count-client-events.ts';
export { countedBatch, maxBatchesInJob } from './counted-batch.ts';
export type { CountedBatch } from './counted-batch.ts';
export { createConsumer } from './consumer.ts';
export type { Consumer, Handler, JobContext, JobOutcome, JobResult } from './consumer.ts';
export { defineJob } from './define-job.ts';
export type { Job, Lane, Payload } from './define-job.ts';
export { InvalidPayloadError, QueueUnavailableError } from './errors.ts';
export { createMailboxEvents, mailboxEvent } from './mailbox-events.ts';
export type { MailboxEvent, MailboxEvents, News, StoredEvent } from './mailbox-events.ts';
export { createProducer } from './producer.ts';
export type { Producer } from './producer.ts';
export type { QueueCounts } from './queue-counts.ts';
export { createQueueView } from './queue-view.ts';
export type { QueuedJob, QueueState, QueueSummary, QueueView } from './queue-view.ts';
