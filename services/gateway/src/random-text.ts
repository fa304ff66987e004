import { randomFillSync } from 'node:crypto';

const poolBytes = 16_384;

/** Random text of so many bytes. They are drawn some hundreds at a time: to draw costs more than what is drawn. */
export function createRandomText(): (bytes: number, encoding: 'base64' | 'base64url') => string {
  const pool = Buffer.allocUnsafe(poolBytes);
  let used = poolBytes;
  return (bytes, encoding) => {
    if (used + bytes > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    return pool.toString(encoding, used - bytes, used);
  };
}
