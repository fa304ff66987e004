// Runs in a thread of the sanitiser's pool; loaded by file name.
import { parentPort } from 'node:worker_threads';
import type { SanitiseOptions } from './safe-attributes.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import type { CleanHtml } from './sanitise-html.ts';

export interface SanitiseRequest {
  id: number;
  html: string;
  options: SanitiseOptions;
}

export interface Began {
  /** Id of the task that a thread has just begun. */
  began: number;
}

export function sanitise({ id, html, options }: SanitiseRequest): CleanHtml {
  parentPort?.postMessage({ began: id } satisfies Began);
  return sanitiseHtml(html, options);
}

/** Asked for so that there is a thread. */
export function wake(): void {}
