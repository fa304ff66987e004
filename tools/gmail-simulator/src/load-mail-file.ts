// A person's own mail as messages: an mbox (Google Takeout's too, plain or gzipped), a Maildir, a
// folder of .eml files, or one of those. Read as a stream: a mailbox may be larger than memory.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { MessageSource } from './mailbox.ts';

export async function* loadMailFile(path: string): AsyncGenerator<MessageSource> {
  if ((await stat(path)).isDirectory()) yield* loadFolder(path);
  else if (path.endsWith('.eml')) yield { raw: await readFile(path) };
  else yield* loadMbox(path);
}

async function* loadFolder(folder: string): AsyncGenerator<MessageSource> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  const isMaildir = names.includes('cur') && names.includes('new');
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (isMaildir && entry.name === 'tmp') continue;
      yield* loadFolder(path);
    } else if (isMaildir || entry.name.endsWith('.eml') || /[/\\](cur|new)$/.test(folder)) {
      // Maildir keeps flags in the name: S is "seen".
      const seen = !/[/\\](cur|new)$/.test(folder) || /:2,[A-Z]*S/.test(entry.name);
      yield { raw: await readFile(path), labelIds: seen ? ['INBOX'] : ['INBOX', 'UNREAD'] };
    }
  }
}

async function* loadMbox(path: string): AsyncGenerator<MessageSource> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const stream: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let rest = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of stream) {
    const buffer = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let at = nextFromLine(buffer, 1); at !== -1; at = nextFromLine(buffer, at + 1)) {
      const message = unquoted(buffer.subarray(start, at));
      if (message) yield message;
      isFirst = false;
      start = at;
    }
    rest = Buffer.from(buffer.subarray(start));
  }
  const last = unquoted(rest);
  if (last) yield last;
  else if (isFirst) throw new Error(`${path} is not an mbox: it does not begin with "From "`);
}

/** The place of the next line that begins with "From ", at or after `from`. */
function nextFromLine(buffer: Buffer, from: number): number {
  const at = buffer.indexOf('\nFrom ', from - 1);
  return at === -1 ? -1 : at + 1;
}

function unquoted(lines: Buffer): MessageSource | undefined {
  if (!lines.subarray(0, 5).equals(Buffer.from('From '))) return undefined;
  const head = lines.indexOf('\n');
  if (head === -1) return undefined;
  let raw = lines.subarray(head + 1);
  // mboxrd: a line of a message that began with "From " carries one more ">".
  if (raw.includes('\n>')) raw = Buffer.from(raw.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
  if (raw.subarray(-2).equals(Buffer.from('\n\n'))) raw = raw.subarray(0, -1);
  const received = Date.parse(
    lines
      .subarray(0, head)
      .toString('latin1')
      .replace(/^From \S+ +/, '') + ' UTC',
  );
  const dated = /^date:/im.test(raw.subarray(0, 20_000).toString('latin1'));
  return { raw: Buffer.from(raw), ...(!dated && !Number.isNaN(received) && { internalDate: received }) };
}
