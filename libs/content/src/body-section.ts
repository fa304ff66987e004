import { escapeHtml } from './escape-html.ts';

/** A stretch of a message's body in the forms it came in. */
export interface BodySection {
  text: string | null;
  html: string | null;
}

/** Of alternatives the plainest text and the richest HTML: senders put what they prefer last (RFC 2046 §5.1.4). */
export function alternativeOf(children: BodySection[][]): BodySection[] {
  const richest = children.findLast((sections) => sections.some(({ html }) => html !== null));
  const plainest = children.find((sections) => sections.some(({ text }) => text !== null));
  if (!richest && !plainest) return [];
  return [{ text: plainest ? joinedText(plainest) : null, html: richest ? joinedHtml(richest) : null }];
}

export function joinedText(sections: BodySection[]): string | null {
  const texts = sections.flatMap(({ text }) => text ?? []);
  return texts.length === 0 ? null : texts.join('\n\n');
}

/** Where one stretch is HTML all are, so that a mailing list's footer or words between pictures are not lost. */
export function joinedHtml(sections: BodySection[]): string | null {
  if (sections.every(({ html }) => html === null)) return null;
  return sections
    .map(({ html, text }) => html ?? `<div style="white-space:pre-wrap">${escapeHtml(text ?? '')}</div>`)
    .join('\n');
}
