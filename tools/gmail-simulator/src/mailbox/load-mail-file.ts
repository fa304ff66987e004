// A person's own mail as messages: an mbox (Google Takeout's too, plain or gzipped), a Maildir, a folder
// of .eml files, or one of those. Read as a stream: a mailbox may be larger than memory.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { MessageSource } from './mailbox.ts';

/** There is no mail at that path; the message says so in a line. */
export class NotMailError extends Error {
  override name = 'NotMailError';
}

/** @throws NotMailError */
export async function* loadMailFile(path: string): AsyncGenerator<MessageSource> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new NotMailError(`--mail: there is no ${path}`);
  let count = 0;
  for await (const message of messagesIn(path, found.isDirectory())) {
    count += 1;
    yield message;
  }
  if (count > 0) return;
  const what = found.isDirectory()
    ? 'no Maildir and no .eml files'
    : 'no mbox: it does not begin with "From "';
  throw new NotMailError(`--mail: ${path} is ${found.isDirectory() ? 'a folder with ' : ''}${what}`);
}

async function* messagesIn(path: string, isFolder: boolean): AsyncGenerator<MessageSource> {
  if (isFolder) yield* loadFolder(path);
  else if (path.endsWith('.eml')) yield { raw: withoutFromLine(await readFile(path)) };
  else yield* loadMbox(path);
}

async function* loadFolder(folder: string): AsyncGenerator<MessageSource> {
  const entries = await readdir(folder, { withFileTypes: true });
  const isMaildir = ['cur', 'new'].every((name) => entries.some((entry) => entry.name === name));
  const isPost = /[/\\](cur|new)$/.test(folder);
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!(isMaildir && entry.name === 'tmp')) yield* loadFolder(path);
    } else if (isPost || entry.name.endsWith('.eml')) {
      const raw = withoutFromLine(await readFile(path));
      yield isPost ? { raw, labelIds: maildirLabels(entry.name, folder) } : { raw };
    }
  }
}

/** Maildir keeps flags in the name: `:2,` and S for seen, F for flagged, T for trashed, D for draft. */
function maildirLabels(name: string, folder: string): string[] {
  const flags = /:2,([A-Z]*)/.exec(name)?.[1] ?? '';
  const isNew = /[/\\]new$/.test(folder);
  return [
    flags.includes('T') ? 'TRASH' : flags.includes('D') ? 'DRAFT' : 'INBOX',
    ...(isNew || !flags.includes('S') ? ['UNREAD'] : []),
    ...(flags.includes('F') ? ['STARRED'] : []),
  ];
}

async function* loadMbox(path: string): AsyncGenerator<MessageSource> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const stream: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      const buffer = Buffer.concat([rest, chunk as Buffer]);
      if (!isFromLine(buffer, 0)) return;
      let start = 0;
      for (let at = nextFromLine(buffer, 1); at !== -1; at = nextFromLine(buffer, at + 1)) {
        yield messageAfterFromLine(buffer.subarray(start, at));
        start = at;
      }
      rest = Buffer.from(buffer.subarray(start));
    }
  } catch (cause) {
    if ((cause as { code?: string }).code?.startsWith('Z_')) {
      throw new NotMailError(`--mail: ${path} cannot be unpacked`, { cause });
    }
    throw cause;
  }
  if (rest.length > 0) yield messageAfterFromLine(rest);
}

/** The place of the next line that begins a message, at or after `from`. */
function nextFromLine(buffer: Buffer, from: number): number {
  for (let at = from; ;) {
    const found = buffer.indexOf('\nFrom ', at - 1);
    if (found === -1) return -1;
    if (isFromLine(buffer, found + 1)) return found + 1;
    at = found + 2;
  }
}

/** Writers that do not quote leave lines of text that begin with "From "; those hold no time. */
function isFromLine(buffer: Buffer, at: number): boolean {
  return /^From [^\r\n]*\d\d:\d\d/.test(buffer.subarray(at, at + 200).toString('latin1'));
}

function messageAfterFromLine(lines: Buffer): MessageSource {
  const end = lines.indexOf('\n');
  let raw = end === -1 ? Buffer.alloc(0) : lines.subarray(end + 1);
  // mboxrd: a line of a message that began with "From " carries one more ">".
  if (raw.includes('\n>')) raw = Buffer.from(raw.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
  if (raw.subarray(-2).equals(Buffer.from('\n\n'))) raw = raw.subarray(0, -1);
  const fromLine = lines.subarray(0, end).toString('latin1');
  const received = Date.parse(`${fromLine.replace(/^From \S+ +/, '')} UTC`);
  const head = raw.subarray(0, 20_000).toString('latin1');
  const isDated = /^date:/im.test(head) || Number.isNaN(received);
  return { raw: Buffer.from(raw), ...(!isDated && { internalDate: received }) };
}

/** Some collections leave an mbox's first line on a single message. */
function withoutFromLine(raw: Buffer): Buffer {
  return isFromLine(raw, 0) ? raw.subarray(raw.indexOf('\n') + 1) : raw;
}
