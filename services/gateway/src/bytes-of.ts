import { setImmediate } from 'node:timers/promises';

/** Four letters are three bytes. */
const lettersAtOnce = 4_000_000;

/** What Gmail gives as base64url, in turns: 25 MB at one go are a while in which nobody else is served. */
export async function bytesOf(base64url: string): Promise<Buffer> {
  if (base64url.length <= lettersAtOnce) return Buffer.from(base64url, 'base64url');
  const bytes = Buffer.allocUnsafe(Math.ceil((base64url.length * 3) / 4));
  let written = 0;
  for (let at = 0; at < base64url.length; at += lettersAtOnce) {
    written += bytes.write(base64url.slice(at, at + lettersAtOnce), written, 'base64url');
    await setImmediate();
  }
  return bytes.subarray(0, written);
}
