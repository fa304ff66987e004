import type { GmailRequest } from './exchange.ts';
import { get, pathOf } from './requests.ts';
import type { GmailMessage } from './resources.ts';
import { messageShape } from './shapes.ts';

export type MessageFormat = 'full' | 'metadata' | 'minimal' | 'raw';

export interface MessageOptions {
  /** All formats cost the same units; they differ in bytes. Default `full`. */
  format?: MessageFormat;
  /** With `metadata`: the headers to send, all when absent. */
  metadataHeaders?: readonly string[];
  /** Another fields mask than the format's own; must include `id,threadId`. */
  fields?: string;
}

const envelopeFields = 'id,threadId,labelIds,snippet,historyId,internalDate,sizeEstimate';

const fieldsOf: Record<MessageFormat, string> = {
  minimal: envelopeFields,
  metadata: `${envelopeFields},payload(mimeType,filename,headers)`,
  full: `${envelopeFields},payload`,
  raw: `${envelopeFields},raw`,
};

export function messageQuery({ format = 'full', metadataHeaders, fields }: MessageOptions) {
  return { format, metadataHeaders, fields: fields ?? fieldsOf[format] };
}

/** The mask of a thread whose messages come in a format. */
export function threadFields(format: MessageFormat): string {
  return `id,historyId,messages(${fieldsOf[format]})`;
}

export function messageRequest(id: string, options: MessageOptions): GmailRequest<GmailMessage> {
  return get('messages.get', messagePath(id), messageShape, messageQuery(options));
}

/** What a batch's part asks for: the same path as the single call's. */
export function messagePartPath(id: string, options: MessageOptions): string {
  return pathOf(messagePath(id), messageQuery(options));
}

function messagePath(id: string): string {
  return `/messages/${encodeURIComponent(id)}`;
}
