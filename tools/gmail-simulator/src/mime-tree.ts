// A message's parts as Gmail shows them in `format=full`: text parts decoded and converted to UTF-8
// (as Gmail does; the Content-Type header keeps the charset that it named), everything else by
// attachment id.
import { Splitter } from 'mailsplit';
import type { MimeNode } from 'mailsplit';
import iconv from 'iconv-lite';
import libmime from 'libmime';
import libqp from 'libqp';

export interface Part {
  partId: string;
  mimeType: string;
  filename: string;
  headers: { name: string; value: string }[];
  body: { size: number; data?: string; attachmentId?: string };
  parts?: Part[];
}

export interface Tree {
  payload: Part;
  /** Bytes of the parts that have an attachment id. */
  attachments: Map<string, Buffer>;
  text: string;
}

interface Building {
  node: MimeNode;
  children: Building[];
  chunks: Buffer[];
}

export async function mimeTree(raw: Buffer): Promise<Tree> {
  const root = await split(raw);
  const attachments = new Map<string, Buffer>();
  const texts: { mimeType: string; text: string }[] = [];
  const payload = part(root, '', attachments, texts);
  const best = texts.find(({ mimeType }) => mimeType === 'text/plain') ?? texts[0];
  const text = best ? (best.mimeType === 'text/html' ? stripTags(best.text) : best.text) : '';
  return { payload, attachments, text };
}

function split(raw: Buffer): Promise<Building> {
  return new Promise((resolve, reject) => {
    const splitter = new Splitter({ ignoreEmbedded: true, maxHeadSize: 4 * 1024 * 1024 });
    const buildings = new Map<MimeNode, Building>();
    let root: Building | undefined;
    splitter.on('data', (event: MimeNode | { type: 'body' | 'data'; node: MimeNode; value: Buffer }) => {
      if (event.type === 'node') {
        const building: Building = { node: event, children: [], chunks: [] };
        buildings.set(event, building);
        root ??= building;
        if (event.parentNode) buildings.get(event.parentNode)?.children.push(building);
      } else if (event.type === 'body') {
        buildings.get(event.node)?.chunks.push(event.value);
      }
    });
    splitter.on('error', reject);
    splitter.on('end', () => (root ? resolve(root) : reject(new Error('no message'))));
    splitter.end(raw);
  });
}

function part(
  { node, children, chunks }: Building,
  partId: string,
  attachments: Map<string, Buffer>,
  texts: { mimeType: string; text: string }[],
): Part {
  const mimeType = (node.contentType || (node.root ? 'text/plain' : 'text/plain')).toLowerCase();
  const filename = node.filename ? decodedWords(node.filename) : '';
  const base = { partId, mimeType, filename, headers: headersOf(node) };
  if (node.multipart && children.length > 0) {
    const parts = children.map((child, index) =>
      part(child, partId === '' ? String(index) : `${partId}.${index}`, attachments, texts),
    );
    return { ...base, body: { size: 0 }, parts };
  }
  const bytes = decodedBody(Buffer.concat(chunks), node.encoding || '');
  const isText = mimeType.startsWith('text/') && filename === '' && node.disposition !== 'attachment';
  if (!isText && bytes.length > 0) {
    const attachmentId = `ANGjdJ${Buffer.from(`part:${partId}`).toString('base64url')}`;
    attachments.set(attachmentId, bytes);
    return { ...base, body: { attachmentId, size: bytes.length } };
  }
  const utf8 = isText ? toUtf8(bytes, node.charset || '') : bytes;
  if (isText) texts.push({ mimeType, text: utf8.subarray(0, 4_000).toString() });
  return { ...base, body: { size: utf8.length, data: utf8.toString('base64url') } };
}

function headersOf(node: MimeNode): { name: string; value: string }[] {
  return node.headers
    .getList()
    .toReversed()
    .map(({ line }) => {
      const colon = line.indexOf(':');
      return {
        name: line.slice(0, colon).trim(),
        value: line
          .slice(colon + 1)
          .replace(/\r?\n/g, '')
          .trim(),
      };
    })
    .filter(({ name }) => name !== '' && !name.startsWith('From '));
}

function decodedBody(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (encoding === 'quoted-printable') return libqp.decode(bytes.toString('latin1'));
  return bytes;
}

function toUtf8(bytes: Buffer, charset: string): Buffer {
  if (charset === '' || /^(utf-?8|us-ascii)$/i.test(charset)) return bytes;
  if (iconv.encodingExists(charset)) return Buffer.from(iconv.decode(bytes, charset));
  try {
    return Buffer.from(new TextDecoder(charset).decode(bytes));
  } catch {
    return bytes;
  }
}

function decodedWords(value: string): string {
  try {
    return libmime.decodeWords(value);
  } catch {
    return value;
  }
}

function stripTags(html: string): string {
  return html.replace(/<(style|script|title)[^>]*>[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' ');
}
