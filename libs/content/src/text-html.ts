import { LinkifyIt } from 'linkify-it';
import { escapeHtml } from './escape-html.ts';
import { linkAttributes } from './safe-attributes.ts';
import { safeLink } from './safe-url.ts';

/** The page is built on the caller's thread and the search for links is not free; no person writes more. */
const maxLinkedLine = 2_000;
const maxLinks = 1_000;

/** Plain text as HTML: every character shown as text, addresses become links, the quoted rest of a reply folds. */
export function textHtml(text: string): string {
  const linked = createLinker();
  const html = blocksOf(text).map(({ quoted, lines, last }) => {
    const body = lines.map(linked).join('\n');
    if (!quoted) return `<div class="text">${body}</div>`;
    if (!last) return `<div class="text quote">${body}</div>`;
    return `<details><summary>Quoted text</summary><div class="text quote">${body}</div></details>`;
  });
  return html.join('\n');
}

interface Block {
  quoted: boolean;
  lines: string[];
  /** Nothing of the writer's own follows. */
  last: boolean;
}

/** Lines of one kind together. Answers between quotes need their quotes in sight, so only the last one folds. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('>');
    const current = blocks.at(-1);
    if (current && (current.quoted === quoted || (current.quoted && line.trim() === '')))
      current.lines.push(line);
    else blocks.push({ quoted, lines: [line], last: false });
  }
  const last = blocks.at(-1)?.quoted ? blocks.at(-1) : isSignature(blocks.at(-1)) ? blocks.at(-2) : undefined;
  if (last?.quoted) last.last = true;
  return blocks;
}

/** The delimiter of RFC 3676 §4.3, two dashes and a blank, or a mailing list's rule. */
function isSignature(block: Block | undefined): boolean {
  const first = block?.lines.find((line) => line.trim() !== '');
  return first !== undefined && /^(?:-- ?|_{20,}|-{20,})$/.test(first);
}

function createLinker(): (line: string) => string {
  const linkify = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: true }).add('ftp:', null).add('//', null);
  let links = 0;
  return (line) => {
    const matches = links >= maxLinks || line.length > maxLinkedLine ? null : linkify.match(line);
    let html = '';
    let end = 0;
    for (const { index, lastIndex, url } of matches ?? []) {
      const target = safeLink(url);
      const shown = escapeHtml(line.slice(index, lastIndex));
      html +=
        escapeHtml(line.slice(end, index)) + (target ? `<a${linkAttributes(target)}>${shown}</a>` : shown);
      end = lastIndex;
      links += 1;
    }
    return html + escapeHtml(line.slice(end));
  };
}
