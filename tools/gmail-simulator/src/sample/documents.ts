// Attachments that open: a page of PDF, a picture, a table.
import { crc32, deflateSync } from 'node:zlib';
import type { Random } from '../random.ts';

/** One page with these lines on it, the first as its title. */
export function pdfOf([title = '', ...lines]: string[]): Buffer {
  const text = (line: string) => `(${line.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&')})`;
  const stream = [
    'BT /F1 20 Tf 60 770 Td',
    `${text(title)} Tj /F1 11 Tf 0 -36 Td 16 TL`,
    ...lines.map((line) => `${text(line)} Tj T*`),
    'ET',
  ].join('\n');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  const start = pdf.lastIndexOf('xref\n');
  return Buffer.from(
    `${pdf}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
  );
}

/** Hills under a sky, in colours of their own. */
export function pictureOf(random: Random, width = 240, height = 150): Buffer {
  const sky = [random.between(90, 250), random.between(120, 220), random.between(160, 255)];
  const land = [random.between(20, 120), random.between(70, 150), random.between(30, 90)];
  const phase = random.next() * 6;
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const horizon = height * (0.55 + 0.12 * Math.sin(x / 37 + phase) + 0.05 * Math.sin(x / 11 + 2 * phase));
      const isSky = y < horizon;
      const fade = isSky ? y / height : (y - horizon) / height;
      const at = y * (1 + width * 3) + 1 + x * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const colour = (isSky ? sky : land)[channel]!;
        rows[at + channel] = Math.round(isSky ? colour + (255 - colour) * fade : colour * (1 - fade));
      }
    }
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(rows, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

export function tableOf(random: Random): string {
  const rows = ['Rent', 'Travel', 'Hardware', 'Training', 'Hosting', 'Catering', 'Postage', 'Insurance'].map(
    (name) => `${name};${random.between(80, 9_000)};${random.between(80, 9_000)}`,
  );
  return ['Item;Plan;Actual', ...rows, ''].join('\r\n');
}
