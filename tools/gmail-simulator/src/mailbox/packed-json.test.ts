import { describe, expect, it } from '@jest/globals';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { combinedCrc } from './combined-crc.ts';
import { gzipOf, pack, plainOf, sizeOf } from './packed-json.ts';
import type { Piece } from './packed-json.ts';

describe('ready answers', () => {
  it('any mix of kept and fresh pieces is one gzip stream that says what the pieces say', () => {
    const piece = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 2_000 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (texts) => {
        const whole = texts.map(([text]) => text).join('');
        const pieces = texts.map(([text, isKept]): Piece => (isKept ? pack(text) : Buffer.from(text)));
        expect(gunzipSync(gzipOf(pieces)).toString()).toBe(whole);
        expect(plainOf(pieces).toString()).toBe(whole);
        expect(sizeOf(pieces)).toBe(Buffer.byteLength(whole));
      }),
    );
  });

  it('a fresh piece longer than a stored block is cut into several', () => {
    const long = Buffer.alloc(200_000, 'x');
    expect(gunzipSync(gzipOf([pack('head'), long])).length).toBe(200_004);
  });

  it('the checksum of two messages follows from their own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.uint8Array({ maxLength: 5_000 }), (left, right) => {
        const both = crc32(Buffer.concat([left, right]));
        expect(combinedCrc(crc32(left), crc32(right), right.length)).toBe(both);
      }),
    );
  });
});
