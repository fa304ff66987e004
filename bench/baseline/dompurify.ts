import DOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

/** What most people would sanitise mail with on a server: DOMPurify with its defaults, one window for all mails. */
export function createDomPurify(): (html: string) => string {
  const { window } = new JSDOM('');
  const purify = DOMPurify(window as unknown as Parameters<typeof DOMPurify>[0]);
  return (html) => purify.sanitize(html);
}
