/** Enough to see what a mail says; it is made on the caller's thread. */
const maxLength = 100_000;
const silent = /^<(style|script|title)\b/i;
const breaking = /^<\/?(?:p|div|br|tr|li|h[1-6]|table|blockquote|hr)\b/i;
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * What HTML says, for a mail whose HTML cannot be shown and that has no text. One pass, whatever the HTML is made of;
 * the answer is plain text, not markup.
 */
export function htmlText(html: string): string {
  const source = html.slice(0, maxLength);
  const lower = source.toLowerCase();
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    text += source.slice(at, open < 0 ? undefined : open);
    if (open < 0) break;
    const tag = source.slice(open, open + 12);
    if (breaking.test(tag)) text += '\n';
    const name = silent.exec(tag)?.[1];
    const from = name === undefined ? open : lower.indexOf(`</${name.toLowerCase()}`, open);
    const close = from < 0 ? -1 : source.indexOf('>', from);
    at = close < 0 ? source.length : close + 1;
  }
  return decoded(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
    .toWellFormed();
}

function decoded(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi,
    (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
    },
  );
}
