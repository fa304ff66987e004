// Pictures that came inside a message, for its document. The frame it is shown in has no origin, so it could not fetch
// them itself: they stand in it as data. Gmail is asked as for any attachment, and what it gave is kept in memory for
// the next look; a message belongs to one mailbox and so to one user, who was checked before.
import type { EmailWithContent, MessageKey } from '@finito/db';
import type { GmailReads } from './gmail-reads.ts';

export interface Picture {
  contentId: string;
  /** data: */
  url: string;
}

export interface InlinePictures {
  /** Those that the HTML shows and that came in time; a picture that cannot be had is left out. */
  of(
    key: MessageKey,
    content: NonNullable<EmailWithContent['content']>,
    signal: AbortSignal,
  ): Promise<Picture[]>;
}

const maxPictures = 20;
const maxPictureBytes = 1_000_000;
const maxMessageBytes = 4_000_000;
const maxKeptBytes = 32_000_000;
const patienceMs = 4_000;
const atOnce = 3;
/** What browsers draw and cannot run: SVG is a document. */
const drawn = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function createInlinePictures({
  gmailReads,
}: {
  gmailReads: Pick<GmailReads, 'attachment'>;
}): InlinePictures {
  const kept = createKept();

  async function load(key: MessageKey, part: Wanted, signal: AbortSignal): Promise<Picture | undefined> {
    const name = `${key.mailboxId}:${key.gmailId}:${part.partId}`;
    const known = kept.get(name);
    if (known !== undefined) return { contentId: part.contentId, url: known };
    try {
      const bytes = await gmailReads.attachment(key, { partId: part.partId, kept: part.id }, signal);
      if (bytes.length > maxPictureBytes) return undefined;
      const url = `data:${part.mimeType};base64,${bytes.toString('base64')}`;
      kept.set(name, url);
      return { contentId: part.contentId, url };
    } catch {
      // Its text stands in its place, and the next look asks again.
      return undefined;
    }
  }

  return {
    async of(key, content, signal) {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const wanted = wantedOf(content);
      const pictures: (Picture | undefined)[] = [];
      for (let start = 0; start < wanted.length && !inTime.aborted; start += atOnce) {
        const together = wanted.slice(start, start + atOnce);
        pictures.push(...(await Promise.all(together.map((part) => load(key, part, inTime)))));
      }
      return pictures.filter((picture) => picture !== undefined);
    },
  };
}

interface Wanted {
  id: string | null;
  partId: string;
  contentId: string;
  mimeType: string;
}

function wantedOf({ html, attachments }: NonNullable<EmailWithContent['content']>): Wanted[] {
  if (html === null) return [];
  const shown = new Set([...html.matchAll(/cid:([^"'\s<>)]{1,500})/gi)].map(([, id]) => decoded(id!)));
  let bytes = 0;
  const wanted: Wanted[] = [];
  for (const { id, partId, contentId, mimeType, size } of attachments) {
    const type = mimeType.toLowerCase() === 'image/jpg' ? 'image/jpeg' : mimeType.toLowerCase();
    if (contentId === null || !shown.has(contentId) || !drawn.has(type) || size > maxPictureBytes) continue;
    bytes += size;
    if (bytes > maxMessageBytes || wanted.length === maxPictures) break;
    wanted.push({ id, partId, contentId, mimeType: type });
  }
  return wanted;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** The least used go first. */
function createKept() {
  const urls = new Map<string, string>();
  let bytes = 0;
  return {
    get(name: string): string | undefined {
      const url = urls.get(name);
      if (url === undefined) return undefined;
      urls.delete(name);
      urls.set(name, url);
      return url;
    },
    set(name: string, url: string): void {
      bytes += url.length - (urls.get(name)?.length ?? 0);
      urls.set(name, url);
      for (const [oldest, { length }] of urls) {
        if (bytes <= maxKeptBytes) break;
        urls.delete(oldest);
        bytes -= length;
      }
    },
  };
}

/** Names for the sanitiser, which need not carry megabytes into its thread. */
export function placesOf(pictures: readonly Picture[]): Record<string, string> {
  return Object.fromEntries(pictures.map(({ contentId }, index) => [contentId, `picture:${index}`]));
}

/** `html`: sanitised with these places. A text that looks like a place only becomes a long text. */
export function withPictures(html: string, pictures: readonly Picture[]): string {
  if (pictures.length === 0) return html;
  return html.replace(/ src="picture:(\d+)"/g, (all, index: string) => {
    const picture = pictures[Number(index)];
    return picture === undefined ? all : ` src="${picture.url}"`;
  });
}
