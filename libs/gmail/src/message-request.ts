import type { GmailRequest } from './exchange.ts';
import { get } from './requests.ts';
import type { GmailMessage, GmailThread } from './resources.ts';
import { messageShape, threadShape } from './shapes.ts';

export type MessageFormat = 'full' | 'metadata' | 'minimal' | 'raw';

export interface MessageOptions {
  /** All formats cost the same units; they differ in bytes. Default `full`. */
  format?: MessageFormat;
  /** With `metadata`: the headers to send, all when absent. */
  metadataHeaders?: readonly string[];
  /** Another fields mask than the format's own; must include `id,threadId`. */
  fields?: string;
}

export type ThreadOptions = Omit<MessageOptions, 'format'> & { format?: 'full' | 'metadata' | 'minimal' };

const envelopeFields = 'id,threadId,labelIds,snippet,historyId,internalDate,sizeEstimate';

const fieldsOf: Record<MessageFormat, string> = {
  minimal: envelopeFields,
  metadata: `${envelopeFields},payload(mimeType,filename,headers)`,
  full: `${envelopeFields},payload`,
  raw: `${envelopeFields},raw`,
};

function messageQuery({ format = 'full', metadataHeaders, fields }: MessageOptions) {
  return { format, metadataHeaders, fields: fields ?? fieldsOf[format] };
}

export function messageRequest(id: string, options: MessageOptions): GmailRequest<GmailMessage> {
  return get('messages.get', `/messages/${encodeURIComponent(id)}`, messageShape, messageQuery(options));
}

export function threadRequest(id: string, options: ThreadOptions): GmailRequest<GmailThread> {
  const fields = options.fields ?? `id,historyId,messages(${fieldsOf[options.format ?? 'full']})`;
  return get(
    'threads.get',
    `/threads/${encodeURIComponent(id)}`,
    threadShape,
    messageQuery({ ...options, fields }),
  );
}
