import type { Content } from './content.ts';
import { htmlText } from './html-text.ts';
import { TooSlowError, createMailThreads } from './mail-threads.ts';
import type { SanitiseOptions } from './safe-attributes.ts';

export interface SanitisedHtml {
  html: string;
  /** A picture would be there if images were allowed. */
  remoteImagesBlocked: boolean;
  /** html-cut: only the beginning is here; html-too-slow, html-failed: nothing is, show the text instead. */
  flaws: string[];
  /** What the HTML says, when it could not be sanitised: for a mail that has no text of its own. */
  text: string | null;
}

export interface Sanitiser {
  /** Safe HTML for a sandboxed frame; never throws for bad HTML. */
  sanitise(html: string, options: SanitiseOptions): Promise<SanitisedHtml>;
  /** `contentFromRaw` in a thread, within the same time; `unreadable` beyond it. */
  contentFromRaw(raw: Uint8Array): Promise<Content>;
  close(): Promise<void>;
}

export interface SanitiserOptions {
  /** Default 2. */
  threads?: number;
  /** From the moment a thread begins with the mail; default 3,000. */
  timeoutMs?: number;
  /** Of UTF-8; default 2,000,000. Gmail itself clips a mail at 102 kB. */
  maxBytes?: number;
}

/**
 * Work on mail in threads: it is made by strangers, and what makes a sanitiser or a parser slow must not stop the
 * event loop.
 */
export function createSanitiser(options: SanitiserOptions = {}): Sanitiser {
  const { threads = 2, timeoutMs = 3_000, maxBytes = 2_000_000 } = options;
  const pool = createMailThreads({ threads, timeoutMs });

  return {
    async sanitise(html, sanitiseOptions) {
      const { text, flaws } = cut(html, maxBytes);
      try {
        const clean = await pool.sanitise({ html: text, options: sanitiseOptions });
        if (clean.isCut) flaws.add('html-cut');
        const { html: safe, remoteImagesBlocked } = clean;
        return { html: safe, remoteImagesBlocked, flaws: [...flaws], text: null };
      } catch (error) {
        flaws.add(error instanceof TooSlowError ? 'html-too-slow' : 'html-failed');
        return { html: '', remoteImagesBlocked: false, flaws: [...flaws], text: htmlText(html) };
      }
    },
    contentFromRaw: (raw) =>
      pool.readRaw(raw).catch(() => ({ text: null, html: null, attachments: [], flaws: ['unreadable'] })),
    close: () => pool.close(),
  };
}

function cut(html: string, maxBytes: number): { text: string; flaws: Set<string> } {
  // A UTF-16 unit is at most three bytes of UTF-8, so most mails need not be counted.
  if (html.length * 3 <= maxBytes || Buffer.byteLength(html) <= maxBytes)
    return { text: html, flaws: new Set() };
  return {
    text: Buffer.from(html.slice(0, maxBytes)).subarray(0, maxBytes).toString().toWellFormed(),
    flaws: new Set(['html-cut']),
  };
}
