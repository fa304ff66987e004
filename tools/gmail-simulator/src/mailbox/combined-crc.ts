// zlib's crc32_combine, which Node does not export: appending n zero bytes to a message is a linear map
// over GF(2), so it is a 32 × 32 matrix, and n of them are that matrix to the power n.
const polynomial = 0xedb88320;

// powers[k] appends 2^k zero bytes; filled as far as sizes have asked for.
const powers: Uint32Array[] = [];

/** The CRC-32 of two messages, one after the other, from their own and the length of the second in bytes. */
export function combinedCrc(first: number, second: number, secondLength: number): number {
  let crc = first;
  for (let k = 0, rest = secondLength; rest > 0; k += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = times(powerOf(k), crc);
  }
  return (crc ^ second) >>> 0;
}

function powerOf(k: number): Uint32Array {
  while (powers.length <= k) {
    const last = powers.at(-1);
    powers.push(last ? square(last) : oneByte());
  }
  return powers[k]!;
}

/** One zero bit three times doubled: two, four, eight bits. */
function oneByte(): Uint32Array {
  const oneBit = Uint32Array.from({ length: 32 }, (_, bit) => (bit === 0 ? polynomial : 2 ** (bit - 1)));
  return square(square(square(oneBit)));
}

function square(matrix: Uint32Array): Uint32Array {
  return matrix.map((column) => times(matrix, column));
}

function times(matrix: Uint32Array, vector: number): number {
  let sum = 0;
  for (let bit = 0, rest = vector >>> 0; rest !== 0; bit += 1, rest >>>= 1) {
    if (rest & 1) sum ^= matrix[bit]!;
  }
  return sum >>> 0;
}
