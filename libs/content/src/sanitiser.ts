import { Piscina } from 'piscina';
import type { SanitiseOptions } from './safe-attributes.ts';
import type { CleanHtml } from './sanitise-html.ts';
import type { Began, SanitiseRequest } from './sanitise-worker.ts';

export interface SanitisedHtml {
  html: string;
  /** A picture would be there if images were allowed. */
  remoteImagesBlocked: boolean;
  /** html-cut: only the beginning is here; html-too-slow, html-failed: nothing is, show the text instead. */
  flaws: string[];
}

export interface Sanitiser {
  /** Safe HTML for a sandboxed frame; never throws for bad HTML. */
  sanitise(html: string, options: SanitiseOptions): Promise<SanitisedHtml>;
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
 * Sanitising in threads: HTML is made by strangers, and what makes a sanitiser slow must not stop the event loop.
 * A mail that takes too long or too much memory loses its thread and costs itself only.
 */
export function createSanitiser(options: SanitiserOptions = {}): Sanitiser {
  const { threads = 2, timeoutMs = 3_000, maxBytes = 2_000_000 } = options;
  const pool = new Piscina({
    filename: new URL('./sanitise-worker.ts', import.meta.url).href,
    name: 'sanitise',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: 192 },
  });
  // Waiting for a thread, or for one to start, is no fault of the mail: its time runs from when a thread says it began.
  const begun = new Map<number, () => void>();
  pool.on('message', ({ began }: Began) => begun.get(began)?.());
  let tasks = 0;

  async function inThread(html: string, sanitiseOptions: SanitiseOptions): Promise<CleanHtml> {
    const id = (tasks += 1);
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    begun.set(id, () => (timer = setTimeout(() => abort.abort(), timeoutMs)));
    try {
      return await pool.run({ id, html, options: sanitiseOptions } satisfies SanitiseRequest, {
        signal: abort.signal,
      });
    } finally {
      clearTimeout(timer);
      begun.delete(id);
    }
  }

  return {
    async sanitise(html, sanitiseOptions) {
      const { text, flaws } = cut(html, maxBytes);
      try {
        const clean = await inThread(text, sanitiseOptions);
        if (clean.isCut) flaws.add('html-cut');
        return { html: clean.html, remoteImagesBlocked: clean.remoteImagesBlocked, flaws: [...flaws] };
      } catch (error) {
        const flaw = error instanceof Error && error.name === 'AbortError' ? 'html-too-slow' : 'html-failed';
        // The pool replaces a thread that was ended only when it is asked for something; others may be waiting.
        pool.run(undefined, { name: 'wake' }).catch(() => undefined);
        return { html: '', remoteImagesBlocked: false, flaws: [...flaws, flaw] };
      }
    },
    close: () => pool.destroy(),
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
