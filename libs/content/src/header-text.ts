import { decodeWords } from 'postal-mime';

/** Postgres refuses NUL, JSON refuses half a surrogate pair; line ends and controls have no place in a header. */
const controls = /[\u0000-\u001f\u007f]+/g;

/** A header as a person reads it: encoded words decoded, white space single, at most `maxLength` characters. */
export function headerText(value: string, maxLength = 2_000): string {
  const bounded = value.slice(0, maxLength * 8);
  return decoded(bounded)
    .replace(controls, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .toWellFormed()
    .slice(0, maxLength);
}

function decoded(value: string): string {
  try {
    return decodeWords(value);
  } catch {
    return value;
  }
}
