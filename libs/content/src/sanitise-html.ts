import { Parser } from 'htmlparser2';
import { allowedTags, silentTags, voidTags } from './allowed-html.ts';
import { createAttributeFilter } from './safe-attributes.ts';
import type { SanitiseOptions } from './safe-attributes.ts';
import { escapeHtml } from './escape-html.ts';
import { createLinkWatch } from './link-watch.ts';
import { createQuoteFold } from './quote-fold.ts';

export interface CleanHtml {
  html: string;
  /** A picture would be there if images were allowed. */
  remoteImagesBlocked: boolean;
  /** Only the beginning is here. */
  isCut: boolean;
}

/** A browser builds 512 levels; what lies deeper than this loses its tags, not its text. */
const maxWrittenDepth = 200;
/** The parser's work per tag grows with the depth, so beyond this the rest is left. */
const maxDepth = 1_000;
/** Links grow by their title; the output must not outgrow a mail by much. */
const maxOutputLength = 4_000_000;

/**
 * The allow-listed rest of a mail's HTML, written anew: each tag, attribute and character that comes out was built
 * here, so there is nothing that a browser could read otherwise than as text or as one of the allowed elements.
 * Never throws; what it costs is up to the HTML, so give it a budget.
 */
export function sanitiseHtml(html: string, options: SanitiseOptions): CleanHtml {
  const filter = createAttributeFilter(options);
  const out: string[] = [];
  const fold = createQuoteFold(out);
  const links = createLinkWatch();
  /** Names as written, '' for a tag that was not. */
  const open: string[] = [];
  let written = 0;
  let silentFrom = -1;
  let length = 0;
  let isCut = false;

  function write(piece: string): void {
    length += piece.length;
    out.push(piece);
  }

  function close(depth: number): void {
    if (open[depth] === '') return;
    write(`</${open[depth]}>`);
    open[depth] = '';
    written -= 1;
    fold.closed(depth);
    write(links.closed(depth));
  }

  function openTag(name: string, attribs: Record<string, string>): void {
    const depth = open.push('') - 1;
    isCut ||= depth >= maxDepth || length > maxOutputLength;
    if (isCut) return parser.pause();
    if (silentFrom >= 0) return;
    if (silentTags.has(name)) return void (silentFrom = depth);
    // The colours of a whole mail are said on its body.
    const tag = name === 'body' ? 'div' : name;
    if (!allowedTags.has(tag) || written >= maxWrittenDepth) return;
    const target = tag === 'a' ? filter.link(attribs) : undefined;
    const attributes = filter.attributes(tag, attribs, target);
    if (attributes === undefined) return;
    // A link in a link ends the first one, and what was open inside it.
    for (let inner = depth - 1; target && links.isOpen(); inner -= 1) close(inner);
    fold.opened(depth, tag, attribs);
    write(`<${tag}${attributes}>`);
    if (voidTags.has(tag)) return;
    open[depth] = tag;
    written += 1;
    if (target) links.opened(depth, target);
  }

  function closeTag(): void {
    const depth = open.length - 1;
    if (silentFrom === depth) silentFrom = -1;
    close(depth);
    open.pop();
  }

  function text(data: string): void {
    if (silentFrom >= 0) return;
    links.text(data);
    fold.text(data);
    write(escapeHtml(data));
  }

  const parser = new Parser({ onopentag: openTag, onclosetag: closeTag, ontext: text });
  parser.write(html);
  if (!isCut) parser.end();
  while (open.length > 0) closeTag();
  fold.end();
  return { html: out.join(''), remoteImagesBlocked: filter.hasBlockedImages(), isCut };
}
