import type { Address } from '@finito/api';

/** How a person is called in a list: by name, or by address where there is none. */
export function nameOf({ name, address }: Address): string {
  return name.trim() || address || 'Unknown sender';
}

/** One or two letters for the disc beside a message; `?` where there is none. */
export function initialsOf(address: Address): string {
  const words =
    nameOf(address)
      .replace(/@.*$/, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word));
  return letters.join('').toLocaleUpperCase() || '?';
}

/** One of `count` colours, always the same for an address. */
export function colourOf({ address, name }: Address, count: number): number {
  let sum = 0;
  for (const letter of address.toLowerCase() || name) sum = (sum * 31 + letter.codePointAt(0)!) % 65_521;
  return sum % count;
}

/** `me, Anna Weber and 3 others` */
export function recipientsInWords(recipients: readonly Address[], own: ReadonlySet<string>): string {
  const names = recipients.map((one) => (own.has(one.address.toLowerCase()) ? 'me' : nameOf(one)));
  const [first, second, third] = names;
  if (first === undefined) return 'nobody named';
  if (second === undefined) return first;
  if (third === undefined) return `${first} and ${second}`;
  if (names.length === 3) return `${first}, ${second} and ${third}`;
  return `${first}, ${second} and ${names.length - 2} others`;
}

function firstLetter(word: string | undefined): string {
  return word === undefined ? '' : String.fromCodePoint(word.codePointAt(0)!);
}
