import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentFromRaw } from './content-from-raw.ts';
import { createSanitiser } from './sanitiser.ts';

const raw = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

const mixed = raw(
  'Content-Type: multipart/mixed; boundary=a',
  '',
  '--a',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=iso-8859-1; format=flowed',
  '',
  'gr\xfc\xdfe ',
  'dich',
  '--b',
  'Content-Type: text/html',
  '',
  '<p>gr&uuml;&szlig;e dich</p>',
  '--b--',
  '--a',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  '',
  'inner text',
  '--a',
  'Content-Type: application/ms-tnef',
  'Content-Transfer-Encoding: base64',
  '',
  'AAECAw==',
  '--a--',
);

describe('a raw message', () => {
  it('is told as a payload of Gmail is', async () => {
    expect(await contentFromRaw(mixed)).toEqual({
      text: 'grüße dich\n',
      html: '<p>gr&uuml;&szlig;e dich</p>\n',
      attachments: [
        expect.objectContaining({ id: null, filename: 'message.eml', mimeType: 'message/rfc822' }),
        expect.objectContaining({ id: null, filename: 'winmail.dat', size: 4 }),
      ],
      flaws: ['winmail-dat'],
    });
  });

  it('that nests too deep is shown as it stands', async () => {
    const levels = Array.from({ length: 400 }, (_, level) => [
      `Content-Type: multipart/mixed; boundary=b${level}`,
      '',
      `--b${level}`,
    ]);
    const content = await contentFromRaw(raw(...levels.flat(), '', 'deep'));
    expect(content).toMatchObject({ html: null, flaws: ['unreadable'] });
    expect(content.text).toContain('deep');
  });

  it('is answered whatever its bytes are', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        '--a',
        '--a--',
        '',
        'Content-Type: multipart/mixed; boundary=a',
        'Content-Type: text/html; charset=x',
      ),
      fc.constantFrom(
        'Content-Transfer-Encoding: base64',
        'Content-Type: message/rfc822',
        'Content-Disposition: attachment',
        ' ',
      ),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        const stored = JSON.stringify(await contentFromRaw(Buffer.from(lines.join('\n'))));
        expect(stored.isWellFormed() && !stored.includes('\\u0000')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('of 30 MB is read in a thread, and the event loop runs on', async () => {
    const sanitiser = createSanitiser({ threads: 1, timeoutMs: 20_000 });
    const large = Buffer.concat([
      mixed,
      raw('', 'Content-Type: image/png', '', ''),
      Buffer.alloc(30_000_000, 'abc\n'),
    ]);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    expect(await sanitiser.contentFromRaw(large)).toMatchObject({ text: 'grüße dich\n' });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    await sanitiser.close();
  });
});
