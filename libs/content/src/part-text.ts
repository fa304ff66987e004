import iconv from 'iconv-lite';

/**
 * The text of a body part. Gmail hands text out as UTF-8, but the part's header may still name the
 * charset it had, and a simulator or an old message may not be converted: bytes that are valid UTF-8
 * are UTF-8; else the declared charset is believed; else they are read as windows-1252, which reads anything.
 */
export function partText(bytes: Buffer, declared: string | undefined): { text: string; flaw: string | null } {
  const utf8 = utf8Text(bytes);
  if (utf8 !== undefined && !isStateful(declared)) return { text: clean(utf8), flaw: null };
  if (declared && iconv.encodingExists(declared))
    return { text: clean(iconv.decode(bytes, declared)), flaw: null };
  const decoded = decodedBy(declared, bytes);
  if (decoded !== undefined) return { text: clean(decoded), flaw: null };
  if (utf8 !== undefined) return { text: clean(utf8), flaw: null };
  return { text: clean(iconv.decode(bytes, 'windows-1252')), flaw: 'unknown-charset' };
}

/** ISO-2022 texts are seven-bit, so they look like UTF-8 and are not. */
function isStateful(charset: string | undefined): boolean {
  return charset !== undefined && /^(iso-2022|hz-gb|utf-7)/i.test(charset);
}

function utf8Text(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodedBy(charset: string | undefined, bytes: Buffer): string | undefined {
  try {
    return charset === undefined ? undefined : new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}

function clean(text: string): string {
  return text.replaceAll('\u0000', '').replaceAll('\r\n', '\n').toWellFormed();
}
