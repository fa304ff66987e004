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
export { queueSizeBuckets } from './client-event-fields.ts';
export { clockSkew, countClientEvents, hourOf } from './count-client-events.ts';
export type { ClientEventCounts } from './count-client-events.ts';
export { addUpBatches } from './add-up-batches.ts';
export type { UnsentBatch } from './add-up-batches.ts';
export { maxBatchesInJob } from './counted-batch.ts';
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
