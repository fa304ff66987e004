export { contentFromPayload } from './content-from-payload.ts';
export type { Attachment, Content } from './content-from-payload.ts';
export { envelopeFromHeaders } from './envelope.ts';
export type { Address, Envelope } from './envelope.ts';
export type { GmailPayload } from './gmail-payload.ts';
