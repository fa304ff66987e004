import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { Flaw } from './content.ts';

/** Above this share of unreadable ones among the characters outside ASCII the bytes are of another charset. */
const maxBrokenShare = 0.2;
/** Enough to judge a charset by. */
const sampleBytes = 32_000;
/** Letters of seven bits are decoded one by one; a longer text is shown as it is. */
const maxSevenBitLength = 150_000;

/**
 * The text of a body part. Gmail hands text out as UTF-8 while the part's header still names the charset it had,
 * and headers lie: bytes that are valid UTF-8 are UTF-8; else the declared charset is believed as far as it fits;
 * else they are read as windows-1252, which reads anything.
 */
export function partText(bytes: Buffer, declared: string): { text: string; flaw: Flaw | null } {
  const utf8 = isUtf8(bytes) ? bytes.toString().replace(/^\ufeff/, '') : undefined;
  if (utf8 !== undefined && !isShifted(utf8, declared)) return { text: storableText(utf8), flaw: null };
  const share = brokenShare(decodedBy(declared, bytes.subarray(0, sampleBytes)));
  if (share <= maxBrokenShare) {
    const decoded = decodedBy(declared, bytes) ?? '';
    const isBroken = decoded.includes('\ufffd');
    if (!isBroken || utf8 === undefined)
      return { text: storableText(decoded), flaw: isBroken ? 'broken-text' : null };
  }
  if (utf8 !== undefined) return { text: storableText(utf8), flaw: null };
  return { text: storableText(iconv.decode(bytes, 'windows-1252')), flaw: 'unknown-charset' };
}

/** Charsets of seven bits look like UTF-8 and are not; what Gmail has converted has no shifts, or more than seven bits. */
function isShifted(text: string, charset: string): boolean {
  if (/^iso-2022/i.test(charset)) return text.includes('\u001b');
  return (
    /^(?:hz-gb|utf-7)/i.test(charset) && text.length <= maxSevenBitLength && /^[\u0000-\u007f]*$/.test(text)
  );
}

/** The labels of the Encoding Standard first (`us-ascii` is windows-1252 there, `gb2312` GBK), then what else is known. */
function decodedBy(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return charset !== '' && iconv.encodingExists(charset) ? iconv.decode(bytes, charset) : undefined;
  }
}

function brokenShare(text: string | undefined): number {
  if (text === undefined) return 1;
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  return broken === 0 ? 0 : broken / (text.match(/[^\u0000-\u007f]/g)?.length ?? 1);
}

/** Without what Postgres or JSON refuse, lines ended by \n. */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '').replace(/\r\n/g, '\n').replace(/\r/g, '\n').toWellFormed();
}
