import { decodeWords } from 'postal-mime';

/** Postgres refuses NUL, JSON half a surrogate pair; line ends and controls have no place in a header. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** They turn the text around them: `photo<U+202E>gnp.exe` reads as `photoexe.png`. The marks for one letter may stay. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

/** A header as a person reads it: encoded words decoded, white space single, at most `maxLength` characters. */
export function headerText(value: string, maxLength = 2_000): string {
  const bounded = value.slice(0, maxLength * 8);
  return decoded(bounded)
    .replace(controls, ' ')
    .replace(directions, '')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}

function decoded(value: string): string {
  try {
    return decodeWords(value);
  } catch {
    return value;
  }
}
