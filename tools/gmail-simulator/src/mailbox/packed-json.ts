// JSON that is ready to be sent: kept deflated, and joined with what changes (labels, history id) into
// one gzip stream without inflating or deflating anything again. Deflate streams that end on a byte and
// are not marked final can follow one another (RFC 1951); the checksum of the whole is computed from
// those of its pieces.
import { constants, crc32, deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib';
import { keep } from './arena.ts';
import { combinedCrc } from './combined-crc.ts';

export interface Packed {
  deflated: Buffer;
  /** Of the bytes before they were deflated. */
  crc: number;
  size: number;
}

export type Piece = Buffer | Packed;

const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
// The largest block that deflate stores as it is.
const largestStored = 65_535;

export function pack(text: string): Packed {
  const bytes = Buffer.from(text);
  const deflated = deflateRawSync(bytes, { level: 5, finishFlush: constants.Z_SYNC_FLUSH });
  return { deflated: keep(deflated), crc: crc32(bytes), size: bytes.length };
}

export function plainOf(pieces: readonly Piece[]): Buffer {
  return pieces.length === 1 ? plain(pieces[0]!) : Buffer.concat(pieces.map(plain));
}

export function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.size), 0);
}

export function gzipOf(pieces: readonly Piece[]): Buffer {
  if (pieces.every((piece) => Buffer.isBuffer(piece))) return gzipSync(plainOf(pieces), { level: 1 });
  const out: Buffer[] = [gzipHead];
  let crc = 0;
  let size = 0;
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) {
      crc = crc32(piece, crc);
      size += piece.length;
      for (let at = 0; at < piece.length; at += largestStored) {
        out.push(...stored(piece.subarray(at, at + largestStored)));
      }
    } else {
      out.push(piece.deflated);
      crc = combinedCrc(crc, piece.crc, piece.size);
      size += piece.size;
    }
  }
  const tail = Buffer.alloc(13);
  // An empty block that is marked as the last one.
  tail.writeUInt8(1, 0);
  tail.writeUInt16LE(0xffff, 3);
  tail.writeUInt32LE(crc >>> 0, 5);
  tail.writeUInt32LE(size >>> 0, 9);
  return Buffer.concat([...out, tail]);
}

function stored(bytes: Buffer): [Buffer, Buffer] {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return [head, bytes];
}

function plain(piece: Piece): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  return inflateRawSync(piece.deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}
