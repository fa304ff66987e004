const parameters = new Map<string, RegExp>();

/** A parameter of a Content-Type or Content-Disposition header; '' when it is not there. */
export function parameterOf(header: string, name: string): string {
  let pattern = parameters.get(name);
  if (!pattern) {
    pattern = new RegExp(`;\\s*${name}(\\*?)\\s*=\\s*(?:"([^"]{0,100})|([^\\s;"]{1,100}))`, 'i');
    parameters.set(name, pattern);
  }
  const [, extended, quoted, bare] = pattern.exec(header.slice(0, 2_000)) ?? [];
  const value = (quoted ?? bare ?? '').trim();
  // RFC 2231 §4: charset'language'value.
  return extended ? value.replace(/^[^']*'[^']*'/, '') : value;
}
