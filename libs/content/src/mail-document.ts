import { textHtml } from './text-html.ts';

export interface MailDocumentContent {
  /** Sanitised; '' or null when there is none to show. */
  html: string | null;
  text: string | null;
  flaws: string[];
}

/** Beyond it a text is shown in part, as Gmail does: the page is built on the caller's thread. */
const maxTextLength = 100_000;

const style = `
  :root { color-scheme: light; }
  body { margin: 12px; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
  img { max-width: 100%; height: auto; }
  table { max-width: 100%; }
  a { color: #0b57d0; }
  pre { white-space: pre-wrap; }
  blockquote, .quote { margin: 0; padding-left: 12px; border-left: 2px solid #d0d7de; color: #57606a; }
  .text { white-space: pre-wrap; }
  .notice { margin: 0 0 12px; padding: 6px 10px; border: 1px solid #d4a72c; border-radius: 4px; background: #fff8c5; }
  summary { cursor: pointer; color: #57606a; }
`;

/**
 * A whole document for a sandboxed frame without scripts, under a policy that lets nothing in but what it names
 * (`default-src 'none'; style-src 'unsafe-inline'; img-src …`): the sanitised HTML, or the text where there is none.
 */
export function mailDocument({ html, text, flaws }: MailDocumentContent): string {
  const cutText = (text ?? '').slice(0, maxTextLength);
  const body = html
    ? html
    : cutText.trim() !== ''
      ? textHtml(cutText.toWellFormed())
      : '<p>This message has no text.</p>';
  const isCut = flaws.some((flaw) => flawsOfPart.has(flaw)) || (!html && (text ?? '').length > maxTextLength);
  const notice = isCut ? '<p class="notice">Only a part of this message is shown.</p>' : '';
  return (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">' +
    `<base target="_blank"><title>Message</title><style>${style}</style></head>` +
    `<body>${notice}${body}</body></html>`
  );
}

/** Flaws that hide something from the reader. */
const flawsOfPart = new Set(['body-cut', 'html-cut', 'too-deep', 'too-many-parts']);
