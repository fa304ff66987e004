/** Of the type text. */
const textOid = 25;
const headerBytes = 20;
/** In the place of a size. */
const isNull = -1;

/**
 * At least one value as a text[] in Postgres' binary form, which pg sends as it is. Written as text, every quote and
 * backslash of a mail is escaped here and unescaped there, over all of its bytes.
 */
export function binaryTextArray(values: readonly (string | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const buffer = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, headerBytes));
  const dimensions = 1;
  const mayHaveNulls = 1;
  const firstIndex = 1;
  let at = 0;
  for (const int of [dimensions, mayHaveNulls, textOid, values.length, firstIndex]) {
    at = buffer.writeInt32BE(int, at);
  }
  for (const [index, value] of values.entries()) {
    at = buffer.writeInt32BE(value === null ? isNull : sizes[index]!, at);
    if (value !== null) at += buffer.write(value, at);
  }
  return buffer;
}
