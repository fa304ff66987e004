// Runs in a thread of the sanitiser's pool; loaded by file name.
import type { SanitiseOptions } from './safe-attributes.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import type { CleanHtml } from './sanitise-html.ts';

export function sanitise({ html, options }: { html: string; options: SanitiseOptions }): CleanHtml {
  return sanitiseHtml(html, options);
}
