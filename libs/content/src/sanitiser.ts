import PQueue from 'p-queue';
import { Piscina } from 'piscina';
import type { SanitiseOptions } from './safe-attributes.ts';
import type { CleanHtml } from './sanitise-html.ts';

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
  /** From the moment a thread takes the mail, its start-up included; default 3,000. */
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
  // Waiting for a thread is no fault of the mail: its time runs from the moment it has one.
  const turns = new PQueue({ concurrency: threads });

  return {
    sanitise: (html, sanitiseOptions) =>
      turns.add(async () => {
        const { text, flaws } = cut(html, maxBytes);
        try {
          const task = { html: text, options: sanitiseOptions };
          const clean: CleanHtml = await pool.run(task, { signal: AbortSignal.timeout(timeoutMs) });
          if (clean.isCut) flaws.add('html-cut');
          return { html: clean.html, remoteImagesBlocked: clean.remoteImagesBlocked, flaws: [...flaws] };
        } catch (error) {
          const flaw = isAbort(error) ? 'html-too-slow' : 'html-failed';
          return { html: '', remoteImagesBlocked: false, flaws: [...flaws, flaw] };
        }
      }),
    close: async () => {
      await turns.onIdle();
      await pool.destroy();
    },
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

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
