import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inAscii } from './in-ascii.ts';

const evaluated = (code: string): unknown => runInNewContext(code);

describe('code in ASCII', () => {
  it('says in every string and template what it said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const code of [JSON.stringify(text), `\`${text.replaceAll(/[\\`$\r]/g, '')}\``]) {
          expect(inAscii(code)).toMatch(/^[\x00-\x7f]*$/);
          expect(evaluated(inAscii(code))).toBe(evaluated(code));
        }
      }),
    );
  });

  it.each([
    ['a letter that was escaped in vain', String.raw`'\é \\é \\\é'`],
    ['a pattern', `'aé€z'.replace(/[à-ÿ€]|\\—/g, 'x')`],
    ['a pattern that knows pairs', `'a😀b'.replace(/[😀-😎]/u, 'x')`],
    ['a name', `({ größe: 1 }).größe + (() => { const é = 1; return é; })()`],
  ])('means the same with %s', (_, code) => {
    expect(inAscii(code)).not.toBe(code);
    expect(evaluated(inAscii(code))).toBe(evaluated(code));
  });
});
