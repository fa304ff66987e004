import { expect, it } from '@jest/globals';
import { sizeInWords } from './sizes.ts';

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [870, '870 bytes'],
  [12_400, '12 kB'],
  [999_600, '1.0 MB'],
  [3_440_000, '3.4 MB'],
  [24_900_000, '25 MB'],
  [5_000_000_000, '5.0 GB'],
])('%i bytes are %s', (bytes, words) => {
  expect(sizeInWords(bytes)).toBe(words);
});
