import type { Attachment } from './content.ts';
import { fileName } from './file-name.ts';
import { headerText } from './header-text.ts';

export interface PartFacts {
  id: string | null;
  partId: string;
  filename: string;
  mimeType: string;
  size: number;
  /** Of the Content-Disposition and Content-ID headers, '' when there is none. */
  disposition: string;
  contentId: string;
}

const defaultNames: Record<string, string> = {
  'message/rfc822': 'message.eml',
  'text/calendar': 'invite.ics',
  'application/ms-tnef': 'winmail.dat',
};

/** A part that is no body, with a name under which it can be saved. */
export function attachmentFromPart(part: PartFacts): Attachment {
  const { id, filename, mimeType, disposition } = part;
  const contentId = /<([^<>]{1,300})>/.exec(part.contentId)?.[1] ?? null;
  return {
    id: id !== null && /^[\w-]{1,2000}={0,2}$/.test(id) ? id : null,
    partId: headerText(part.partId, 100),
    filename: fileName(filename) || (defaultNames[mimeType] ?? 'unnamed'),
    mimeType: headerText(mimeType, 127),
    size: Math.max(0, part.size),
    contentId: contentId === null ? null : headerText(contentId, 300),
    inline: /^\s*inline/i.test(disposition) || (contentId !== null && !/^\s*attachment/i.test(disposition)),
  };
}
