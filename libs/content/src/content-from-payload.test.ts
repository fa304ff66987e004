import { describe, expect, it } from '@jest/globals';
import { contentFromPayload } from './content-from-payload.ts';
import type { GmailPayload } from './gmail-payload.ts';

const data = (text: string | Buffer) => ({
  data: Buffer.from(text).toString('base64url'),
  size: text.length,
});

function text(body: string | Buffer, type = 'text/plain; charset=utf-8'): GmailPayload {
  const mimeType = /^[^;]+/.exec(type)?.[0] ?? '';
  return { mimeType, headers: [{ name: 'Content-Type', value: type }], body: data(body) };
}

const html = (body: string) => text(body, 'text/html; charset=utf-8');
const multipart = (kind: string, ...parts: GmailPayload[]): GmailPayload => ({
  mimeType: `multipart/${kind}`,
  parts,
});

function file(mimeType: string, filename: string, headers: Record<string, string> = {}): GmailPayload {
  return {
    partId: '1',
    mimeType,
    filename,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    body: { attachmentId: 'att-1', size: 10 },
  };
}

describe('the body of a message', () => {
  it('is the text of a single part', () => {
    expect(contentFromPayload(text('hello\r\nyou'))).toEqual({
      text: 'hello\nyou',
      html: null,
      attachments: [],
      flaws: [],
    });
  });

  it('is the plainest and the richest of alternatives', () => {
    const payload = multipart(
      'alternative',
      text('plain'),
      text('odd', 'text/x-amp-html'),
      html('<p>poor'),
      html('<p>rich'),
    );
    expect(contentFromPayload(payload)).toMatchObject({ text: 'plain', html: '<p>rich' });
  });

  it('finds the HTML of an alternative among its pictures', () => {
    const related = multipart(
      'related',
      html('<img src="cid:a@b">'),
      file('image/png', 'a.png', { 'Content-ID': '<a@b>' }),
    );
    const { attachments, ...content } = contentFromPayload(
      multipart('mixed', multipart('alternative', text('plain'), related)),
    );
    expect(content).toEqual({ text: 'plain', html: '<img src="cid:a@b">', flaws: [] });
    expect(attachments).toMatchObject([{ filename: 'a.png', contentId: 'a@b', inline: true, id: 'att-1' }]);
  });

  it('keeps what stands beside an alternative, in both forms', () => {
    const payload = multipart(
      'mixed',
      multipart('alternative', text('hello'), html('<b>hello</b>')),
      text('-- <list>'),
    );
    expect(contentFromPayload(payload)).toMatchObject({
      text: 'hello\n\n-- <list>',
      html: '<b>hello</b>\n<div style="white-space:pre-wrap">-- &lt;list&gt;</div>',
    });
  });

  it('unfolds flowed text and leaves a signature and quotes apart', () => {
    const flowed = text('one \ntwo\n> q1 \n> q2\n-- \nMe', 'text/plain; format=flowed');
    expect(contentFromPayload(flowed).text).toBe('one two\n> q1 q2\n-- \nMe');
    const joined = text('日 \n本', 'text/plain; charset=utf-8; format="flowed"; DelSp=yes');
    expect(contentFromPayload(joined).text).toBe('日本');
  });

  it('is shown as text where a multipart came without parts', () => {
    expect(contentFromPayload({ mimeType: 'multipart/mixed', body: data('--x\nhello') })).toMatchObject({
      text: '--x\nhello',
      flaws: ['broken-multipart'],
    });
  });
});

describe('a charset', () => {
  const decoded = (bytes: Buffer, type: string) => contentFromPayload(text(bytes, type));

  it.each([
    ['declared and converted by Gmail', Buffer.from('größe'), 'iso-8859-1', 'größe', []],
    ['declared and not converted', Buffer.from('größe', 'latin1'), 'iso-8859-1', 'größe', []],
    ['of two bytes', Buffer.from('c4e3bac3', 'hex'), 'gb2312', '你好', []],
    ['of shifts', Buffer.from('\u001b$B$9$_\u001b(B', 'latin1'), 'ISO-2022-JP', 'すみ', []],
    ['of shifts, converted by Gmail', Buffer.from('すみ'), 'iso-2022-jp', 'すみ', []],
    ['that only old mail has', Buffer.from('81', 'hex'), 'cp437', 'ü', []],
    ['of seven bits', Buffer.from('gr+APYA3w-e'), 'utf-7', 'größe', []],
    ['in the form of RFC 2231', Buffer.from('e4', 'hex'), "*=x'en'iso-8859-1", 'ä', []],
    ['called ASCII and is not', Buffer.from('93616294', 'hex'), 'us-ascii', '“ab”', []],
    ['that nobody knows', Buffer.from('e4', 'hex'), 'x-unknown', 'ä', ['unknown-charset']],
    [
      'that lies',
      Buffer.from('größe und gürtel', 'latin1'),
      'utf-8',
      'größe und gürtel',
      ['unknown-charset'],
    ],
    [
      'with a broken byte',
      Buffer.concat([Buffer.from('größe, ähnlich, übrig'), Buffer.from([0xff])]),
      'utf-8',
      'größe, ähnlich, übrig\ufffd',
      ['broken-text'],
    ],
  ] as const)('%s is read', (_, bytes, charset, expected, flaws) => {
    const parameter = charset.startsWith('*') ? `charset${charset}` : `charset="${charset}"`;
    expect(decoded(bytes, `text/plain; ${parameter}`)).toMatchObject({ text: expected, flaws });
  });
});

describe('a text beyond 2 MB', () => {
  it.each([0, 1, 2])('is cut between two characters', (shift) => {
    const { text: shown, flaws } = contentFromPayload({
      mimeType: 'text/plain',
      body: data(`${'x'.repeat(shift)}${'好'.repeat(800_000)}`),
    });
    expect(flaws).toEqual(['body-cut']);
    expect(shown).toMatch(/^x*好{600000}/);
    expect(shown).toMatch(/好$/);
  });
});

describe('attachments', () => {
  it('are the parts that are no body: named, sized and told apart from inline pictures', () => {
    const { text: body, attachments } = contentFromPayload(
      multipart(
        'mixed',
        text('see below'),
        file('application/pdf', 'Rechnung.pdf', { 'Content-Disposition': 'attachment; filename=x' }),
        file('image/png', 'logo.png', { 'Content-ID': '<logo>', 'Content-Disposition': 'attachment' }),
        { ...text('notes'), filename: 'notes.txt' },
      ),
    );
    expect(body).toBe('see below');
    expect(attachments).toEqual([
      expect.objectContaining({
        filename: 'Rechnung.pdf',
        mimeType: 'application/pdf',
        size: 10,
        inline: false,
      }),
      expect.objectContaining({ filename: 'logo.png', contentId: 'logo', inline: false }),
      expect.objectContaining({ filename: 'notes.txt', id: null }),
    ]);
  });

  it.each([
    ['message/rfc822', 'message.eml', []],
    ['text/calendar', 'invite.ics', []],
    ['application/ms-tnef', 'winmail.dat', ['winmail-dat']],
    ['application/octet-stream', 'unnamed', []],
  ])('get a name when they have none: %s', (mimeType, filename, flaws) => {
    expect(contentFromPayload(multipart('mixed', file(mimeType, '')))).toMatchObject({
      attachments: [{ filename }],
      flaws,
    });
  });

  it('a message within a message is one attachment, whatever it is made of', () => {
    const inner = {
      ...file('message/rfc822', ''),
      parts: [multipart('mixed', text('inner'), file('image/png', 'x.png'))],
    };
    const content = contentFromPayload(multipart('mixed', text('outer'), inner));
    expect(content).toMatchObject({ text: 'outer', attachments: [{ mimeType: 'message/rfc822' }] });
  });

  it('messages of a digest need not say that they are messages', () => {
    const digest = multipart('digest', { mimeType: 'text/plain', body: data('Subject: x\n\ny') });
    expect(contentFromPayload(digest)).toMatchObject({
      text: null,
      attachments: [{ filename: 'message.eml' }],
    });
  });
});
