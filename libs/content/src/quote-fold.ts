const ownQuotes = /(?:^|\s)(?:gmail_quote|protonmail_quote|yahoo_quoted)(?:\s|$)/;
/** A signature's delimiter or a mailing list's footer: not what the writer answered. */
const footer = /^\s*(?:--\s|_{10,}|-{10,})/;
const maxTail = 200;

export interface QuoteFold {
  opened(depth: number, tag: string, attribs: Record<string, string>): void;
  closed(depth: number): void;
  text(data: string): void;
  end(): void;
}

/**
 * Folds the last quote of a reply, in the pieces of its HTML, when nothing of the writer's own follows it: answers
 * between quotes need them in sight.
 */
export function createQuoteFold(pieces: string[]): QuoteFold {
  let current: { depth: number; start: number } | undefined;
  let last: { start: number; end: number } | undefined;
  let hasOwnText = false;
  let tail = '';

  return {
    opened(depth, tag, attribs) {
      if (current !== undefined || tag !== 'blockquote') return;
      if (attribs['type'] !== 'cite' && !ownQuotes.test(attribs['class'] ?? '')) return;
      current = { depth, start: pieces.length };
    },
    closed(depth) {
      if (current?.depth !== depth) return;
      last = { start: current.start, end: pieces.length - 1 };
      current = undefined;
      tail = '';
    },
    text(data) {
      if (current !== undefined) return;
      hasOwnText ||= last === undefined && data.trim() !== '';
      if (tail.length < maxTail) tail += data;
    },
    end() {
      if (last === undefined || !hasOwnText || (tail.trim() !== '' && !footer.test(tail))) return;
      pieces[last.start] = `<details><summary>Quoted text</summary>${pieces[last.start]}`;
      pieces[last.end] += '</details>';
    },
  };
}
