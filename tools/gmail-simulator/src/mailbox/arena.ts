const slabBytes = 1024 * 1024;

let slab = Buffer.alloc(0);
let used = 0;

/**
 * A copy of exactly these bytes, side by side with others in a large slab. What zlib returns is a view
 * into 16 kB: a hundred thousand of those are gigabytes of nothing.
 */
export function keep(bytes: Buffer): Buffer {
  if (bytes.length > slabBytes / 4) return Buffer.from(bytes);
  if (used + bytes.length > slab.length) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  const kept = slab.subarray(used, used + bytes.length);
  bytes.copy(kept);
  used += bytes.length;
  return kept;
}
