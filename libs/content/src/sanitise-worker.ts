// Runs in a thread of the sanitiser's pool; loaded by file name.
import { sanitiseHtml } from './sanitise-html.ts';
import type { CleanHtml, SanitiseOptions } from './sanitise-html.ts';

export function sanitise({ html, options }: { html: string; options: SanitiseOptions }): CleanHtml {
  return sanitiseHtml(html, options);
}
