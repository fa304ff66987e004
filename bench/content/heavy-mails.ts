import { randomBytes } from 'node:crypto';

/** Mails that were made to be slow, or are as large as Gmail takes, by what they are. */
export function heavyMails(): Map<string, Buffer> {
  const lines = (line: string, bytes: number) => `${line}\r\n`.repeat(bytes / (line.length + 2));
  const html = (text: string) => mail('text/html; charset=utf-8', text);
  return new Map([
    [
      'a text of 50 MB',
      mail('text/plain; charset=utf-8', lines('a line of text like any other', 50_000_000)),
    ],
    ['an attachment of 25 MB', withAttachment(25_000_000)],
    ['1,000 parts', multipart(Array<string>(1_000).fill('Content-Type: text/plain\r\n\r\na part'))],
    ['10,000 parts', multipart(Array<string>(10_000).fill('Content-Type: text/plain\r\n\r\na part'))],
    ['parts in parts, 100 deep', nested(100)],
    ['headers of 1 MB', mail('text/plain', 'x', [`References: ${'<a@b.example> '.repeat(70_000)}`])],
    ['5 MB of noise that claims to be Big5', noise(5_000_000, 'big5')],
    ['5 MB of noise without a charset', noise(5_000_000, '')],
    ['5 MB of flowed quotes', mail('text/plain; format=flowed', lines('> > a quoted line ', 5_000_000))],
    [
      '2 MB of links',
      mail('text/plain', lines('see https://a.example/page?x=1 or write to b@c.example', 2_000_000)),
    ],
    ['HTML of 700 kB, its tags closed in the wrong order', html('<i>'.repeat(900) + '</b>'.repeat(170_000))],
    ['HTML of 2 MB, tables in tables', html('<table><tr><td>x'.repeat(120_000))],
    ['HTML of 2 MB, pictures', html('<img src="https://a.example/x.png" style="width:1px">'.repeat(36_000))],
    ['HTML of 2 MB, styles', html('<p style="color:red;margin:1px;background:url(x)">x</p>'.repeat(35_000))],
  ]);
}

function mail(type: string, body: string | Buffer, headers: string[] = [], encoding = '8bit'): Buffer {
  const head = [
    'From: Somebody <somebody@sender.example>',
    'To: You <you@example.com>',
    ...headers,
    'MIME-Version: 1.0',
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${encoding}`,
  ].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
}

function noise(bytes: number, charset: string): Buffer {
  const type = `text/plain${charset === '' ? '' : `; charset=${charset}`}`;
  return mail(type, folded(randomBytes(bytes)), [], 'base64');
}

function withAttachment(bytes: number): Buffer {
  const file =
    'Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n' +
    `Content-Transfer-Encoding: base64\r\n\r\n${folded(randomBytes(bytes))}`;
  return multipart(['Content-Type: text/plain\r\n\r\nsee the file', file]);
}

function folded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
}

function multipart(parts: string[]): Buffer {
  return mail('multipart/mixed; boundary=b', `--b\r\n${parts.join('\r\n--b\r\n')}\r\n--b--\r\n`);
}

function nested(depth: number): Buffer {
  let part = 'Content-Type: text/plain\r\n\r\ndeep';
  for (let level = 0; level < depth; level += 1)
    part = `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n${part}\r\n--b${level}--`;
  return multipart([part]);
}
