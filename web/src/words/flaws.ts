/** What was wrong with a message, by the name that the parser or the sanitiser gives it. */
const words: Readonly<Record<string, string>> = {
  'body-cut': 'The text was too long and is shown in part.',
  gone: 'Gmail has this message no longer.',
  'html-cut': 'It was too long and is shown in part.',
  'html-failed': 'It could not be made safe to show. Its plain text is shown, if it has any.',
  'html-too-slow': 'It took too long to make safe to show. Its plain text is shown, if it has any.',
  'too-deep': 'Parts are nested too deeply; the innermost are left out.',
  'too-many-parts': 'It has too many parts; the last are left out.',
  'unknown-charset': 'It does not say properly how its letters are written; some may be wrong.',
};

export function flawInWords(name: string): string {
  return Object.hasOwn(words, name)
    ? words[name]!
    : `Something in it is not as it should be (${name.replaceAll('-', ' ')}).`;
}
