import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mboxPieces } from './mbox.ts';

const message = {
  messageId: 'mb_1.2',
  threadId: '1f',
  receivedAt: new Date('2026-01-01T00:00:00Z'),
  fromAddress: 'ann@example.com',
  labels: [],
  isUnread: false,
};

describe('a message of an mbox', () => {
  const part = fc.constantFrom(
    'From ',
    '>From ',
    '>>From me',
    '\r\n',
    '\n',
    '\r',
    'x',
    'a longer stretch of words',
  );
  const raw = fc.array(part, { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));

  it('is the same in pieces as in one', () => {
    const inPiecesOf = (bytes: number, each: Buffer) =>
      Buffer.concat([...mboxPieces({ ...message, raw: each }, bytes)]).toString('latin1');
    fc.assert(
      fc.property(raw, fc.integer({ min: 16, max: 64 }), (each, bytes) => {
        expect(inPiecesOf(bytes, each)).toBe(inPiecesOf(Infinity, each));
      }),
    );
  });

  it('begins no line after a carriage return alone', () => {
    const raw = Buffer.from('A: b\r\n\r\nx\rFrom y\r\n');
    expect(Buffer.concat([...mboxPieces({ ...message, raw })]).toString()).toMatch(/\nx\rFrom y\n\n$/);
  });

  it('comes in pieces of a megabyte, also where a line is longer', () => {
    const sizes = [...mboxPieces({ ...message, raw: Buffer.alloc(5_000_000, 'x') })].map(
      ({ length }) => length,
    );
    expect(Math.max(...sizes)).toBe(1_000_000);
  });

  it('ends with an empty line, and quotes whatever looks like the beginning of one', () => {
    const text = Buffer.concat([
      ...mboxPieces({ ...message, raw: Buffer.from('A: b\r\n\r\nFrom x\r\n>From y') }),
    ]);
    expect(text.toString()).toMatch(/\nA: b\n\n>From x\n>>From y\n\n$/);
  });
});
