import libmime from 'libmime';
import { decodeWords } from 'postal-mime';
import { partText } from './part-text.ts';

/** Postgres refuses NUL, JSON half a surrogate pair; line ends and controls have no place in a header. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** They turn the text around them: `photo<U+202E>gnp.exe` reads as `photoexe.png`. The marks for one letter may stay. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

/** A header as a person reads it: encoded words decoded, white space single, at most `maxLength` characters. */
export function headerText(value: string, maxLength = 2_000): string {
  const bounded = value.slice(0, maxLength * 8);
  return decoded(unmangled(bounded))
    .replace(controls, ' ')
    .replace(directions, '')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}

function decoded(value: string): string {
  if (!value.includes('=?')) return value;
  try {
    // One joins a letter that is cut between two words, the other reads more charsets.
    const words = libmime.decodeWords(value);
    return words.includes('\ufffd') ? fewerBroken(words, decodeWords(value)) : words;
  } catch {
    return value;
  }
}

function fewerBroken(first: string, second: string): string {
  const broken = (text: string) => text.split('\ufffd').length;
  return broken(second) < broken(first) ? second : first;
}

/** Eight-bit bytes that were taken for ISO-8859-1 on the way: they were UTF-8, or windows-1252 with its quotes. */
function unmangled(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  return partText(Buffer.from(value, 'latin1'), 'utf-8').text;
}
