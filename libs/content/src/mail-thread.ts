// Runs in a thread of the pool in mail-threads.ts, which loads it by file name.
import { parentPort } from 'node:worker_threads';
import { contentFromRaw } from './content-from-raw.ts';
import type { Content } from './content.ts';
import type { SanitiseOptions } from './safe-attributes.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import type { CleanHtml } from './sanitise-html.ts';

export interface Began {
  /** Id of the task that a thread has just begun. */
  began: number;
}

export interface ThreadRequest<Work> {
  id: number;
  work: Work;
}

export interface SanitiseWork {
  html: string;
  options: SanitiseOptions;
}

export function sanitise({ id, work }: ThreadRequest<SanitiseWork>): CleanHtml {
  begin(id);
  return sanitiseHtml(work.html, work.options);
}

export function readRaw({ id, work }: ThreadRequest<Uint8Array>): Promise<Content> {
  begin(id);
  return contentFromRaw(work);
}

/** Asked for so that there is a thread. */
export function wake(): void {}

function begin(id: number): void {
  parentPort?.postMessage({ began: id } satisfies Began);
}
