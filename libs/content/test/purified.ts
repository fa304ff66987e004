import DOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

export interface Purified {
  /** As a browser reads the HTML. */
  asItIs: string;
  /** As it reads what DOMPurify leaves of it: the same where there is nothing to remove. */
  purified: string;
}

/** DOMPurify with its defaults, but that a link may open a tab of its own. */
export function createPurifier(): (html: string) => Purified {
  const { window } = new JSDOM('');
  const purify = DOMPurify(window as unknown as Parameters<typeof DOMPurify>[0]);
  const read = (html: string) => new window.DOMParser().parseFromString(html, 'text/html').body.innerHTML;
  return (html) => ({
    asItIs: read(html),
    purified: read(purify.sanitize(html, { ADD_ATTR: ['target'] })),
  });
}
