/**
 * What inline CSS may say: looks and sizes, nothing that loads, leaves its box, covers other things or moves.
 * Everything else of CSS is unknown here and goes.
 */
const properties = new Set(
  `background background-color background-repeat background-position background-size border border-collapse
  border-color border-radius border-spacing border-style border-width caption-side clear color direction display
  empty-cells float font font-family font-size font-style font-variant font-weight height letter-spacing
  line-height list-style list-style-position list-style-type max-height max-width min-height min-width
  opacity overflow-wrap padding quotes table-layout text-align text-decoration text-decoration-color
  text-decoration-line text-decoration-style text-indent text-overflow text-transform vertical-align visibility
  white-space width word-break word-spacing word-wrap box-sizing margin
  align-items justify-content flex flex-direction flex-wrap gap`.split(/\s+/),
);
const sides =
  /^(?:border|padding|margin)-(?:top|right|bottom|left)(?:-(?:color|style|width|left-radius|right-radius))?$/;

/** No backslash (escapes hide names), no braces, at-signs, angle brackets or colons. */
const plainValue = /^[\w\s#%.,!()+'"/-]{1,200}$/;
const knownFunctions = /^(?:rgba?|hsla?|calc|min|max|linear-gradient)$/i;
const functionCalls = /([\w-]*)\s*\(/g;
const maxStyleLength = 4_000;

/** The safe declarations of a style attribute, '' when there are none. */
export function safeStyle(style: string): string {
  if (style.length > maxStyleLength) return '';
  const kept: string[] = [];
  // A semicolon inside quotes cuts its declaration in two halves with one quote each, and both go.
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (isSafe(property, value)) kept.push(`${property}:${value.replaceAll('"', "'")}`);
  }
  return kept.join(';');
}

function isSafe(property: string, value: string): boolean {
  if (!properties.has(property) && !sides.test(property)) return false;
  if (!plainValue.test(value) || !isBalanced(value)) return false;
  for (const [, name = ''] of value.matchAll(functionCalls)) if (!knownFunctions.test(name)) return false;
  // Negative margins and indents lay one thing over another or hide it outside the frame.
  return !(/^(?:margin|text-indent)/.test(property) && /(?:^|[\s,(])-/.test(value));
}

function isBalanced(value: string): boolean {
  let depth = 0;
  let quote = '';
  for (const character of value) {
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  // A quote of the other kind inside a string would not survive being written with single quotes.
  return depth === 0 && quote === '' && !(value.includes('"') && value.includes("'"));
}
