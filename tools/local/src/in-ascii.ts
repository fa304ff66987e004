/**
 * The same JavaScript with no letter beyond ASCII: in strings, templates, patterns and names an escape stands for it. One
 * letter beyond Latin-1, and V8 holds all of a file with two bytes a letter; iconv-lite's tables have 70,000 of them, which
 * cost a gateway 3 MB. The raw text of a tagged template changes; nobody who is built here reads one.
 */
export function inAscii(code: string): string {
  return code.replace(/(\\*)([^\x00-\x7f])/g, (_, slashes: string, letter: string) => {
    const escape = `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    // After an odd one the letter was escaped already, as nothing but itself.
    return (slashes.length % 2 === 0 ? slashes : slashes.slice(1)) + escape;
  });
}
