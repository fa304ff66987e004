import { describe, expect, it } from '@jest/globals';
import { envelopeFromHeaders } from './envelope.ts';

const envelopeOf = (headers: Record<string, string>) =>
  envelopeFromHeaders(Object.entries(headers).map(([name, value]) => ({ name, value })));

describe('an envelope', () => {
  it('reads encoded words, also where they are cut within a letter', () => {
    const { subject, from } = envelopeOf({
      Subject: '=?utf-8?B?R3LDtsOf?= =?utf-8?Q?e_und?= =?iso-8859-1?Q?_mehr=E4?=',
      FROM: '=?gb2312?B?xOO6ww==?= <Li@Example.com>',
    });
    expect(subject).toBe('Größe und mehrä');
    expect(from).toEqual({ name: '你好', address: 'li@example.com' });
    expect(envelopeOf({ Subject: '=?utf-8?B?w6TDpMM=?= =?utf-8?B?pA==?=' }).subject).toBe('äää');
    expect(envelopeOf({ Subject: '=?x-unknown?Q?=E4?=' }).subject).toBe('ä');
  });

  it('reads raw bytes that came as ISO-8859-1', () => {
    expect(envelopeOf({ Subject: Buffer.from('Größe “x”').toString('latin1') }).subject).toBe('Größe “x”');
    expect(envelopeOf({ Subject: Buffer.from('9347e494', 'hex').toString('latin1') }).subject).toBe('“Gä”');
    expect(envelopeOf({ Subject: 'Größe' }).subject).toBe('Größe');
  });

  it('takes the first of a header that came twice', () => {
    const { subject } = envelopeFromHeaders([
      { name: 'subject', value: 'first' },
      { name: 'Subject', value: 'second' },
    ]);
    expect(subject).toBe('first');
  });

  it('unpacks groups, drops comments and copes with what is no address', () => {
    const { to, cc, from } = envelopeOf({
      To: 'Friends: a@x.example, "B, C" <b@x.example>;',
      Cc: 'pete(his account)@silly.example(his host)',
      From: 'undisclosed-recipients:;',
    });
    expect(to).toEqual([
      { name: '', address: 'a@x.example' },
      { name: 'B, C', address: 'b@x.example' },
    ]);
    expect(cc).toMatchObject([{ address: 'pete@silly.example' }]);
    expect(from).toBeNull();
  });

  it('keeps ids as they are, at most the last hundred references', () => {
    const ids = Array.from({ length: 150 }, (_, index) => `<${index}@x>`);
    const { references, inReplyTo, messageId } = envelopeOf({
      References: ids.join('\r\n '),
      'In-Reply-To': 'your mail <149@x> of today',
      'Message-ID': ' <New@X> ',
    });
    expect(references).toEqual(ids.slice(50));
    expect({ inReplyTo, messageId }).toEqual({ inReplyTo: '<149@x>', messageId: '<New@X>' });
  });
});
