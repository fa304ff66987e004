import PostalMime from 'postal-mime';
import type { Attachment as RawAttachment } from 'postal-mime';
import { attachmentFromPart } from './attachment.ts';
import type { Attachment, Content, Flaw } from './content.ts';
import { maxBodyBytes, maxParts } from './limits.ts';
import { partText, storableText } from './part-text.ts';

/**
 * A message of Gmail's `format=raw`, or of an mbox, as `contentFromPayload` tells it. Attachments have no id: their
 * bytes are in the message. Never rejects. It works through every byte, so large messages belong in a thread
 * (`Sanitiser.contentFromRaw`).
 */
export async function contentFromRaw(raw: Uint8Array): Promise<Content> {
  const flaws = new Set<Flaw>();
  try {
    const email = await PostalMime.parse(raw, { forceRfc822Attachments: true });
    if (email.attachments.length > maxParts) flaws.add('too-many-parts');
    const attachments = email.attachments.slice(0, maxParts).map(attachmentOf);
    if (attachments.some(({ mimeType }) => mimeType === 'application/ms-tnef')) flaws.add('winmail-dat');
    const text = body(email.text, flaws);
    const html = body(email.html, flaws);
    return { text, html, attachments, flaws: [...flaws] };
  } catch {
    // Nested too deep or headers too large for the parser: what stands below the first headers is shown as it is.
    const { text } = partText(Buffer.from(raw.subarray(0, maxBodyBytes)), '');
    const start = text.indexOf('\n\n');
    return {
      text: start < 0 ? null : text.slice(start + 2),
      html: null,
      attachments: [],
      flaws: ['unreadable'],
    };
  }
}

function body(text: string | undefined, flaws: Set<Flaw>): string | null {
  if (text === undefined || text === '') return null;
  if (text.length > maxBodyBytes) flaws.add('body-cut');
  const storable = storableText(text.slice(0, maxBodyBytes));
  if (storable.includes('\ufffd')) flaws.add('broken-text');
  return storable;
}

function attachmentOf(attachment: RawAttachment, index: number): Attachment {
  const { filename, mimeType, content, disposition, contentId } = attachment;
  return attachmentFromPart({
    id: null,
    partId: String(index),
    filename: filename ?? '',
    mimeType,
    size: typeof content === 'string' ? content.length : content.byteLength,
    disposition: disposition ?? '',
    contentId: contentId ?? '',
  });
}
