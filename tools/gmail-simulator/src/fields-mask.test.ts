import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyMask, covers, maskOf } from './fields-mask.ts';
import { checkMask } from './resource-fields.ts';

const apply = (value: unknown, fields: string) => applyMask(value, maskOf(fields));

describe('a fields mask', () => {
  const value = { a: 1, b: { c: 2, d: { e: 3, f: 4 } }, list: [{ x: 1, y: 2 }, { x: 3 }] };

  it('keeps what it names, inside lists too', () => {
    expect(apply(value, 'a,list/x')).toEqual({ a: 1, list: [{ x: 1 }, { x: 3 }] });
    expect(apply(value, 'b(c,d/e)')).toEqual({ b: { c: 2, d: { e: 3 } } });
    expect(apply(value, 'b/d(e),b/c')).toEqual({ b: { d: { e: 3 }, c: 2 } });
    expect(apply(value, 'b/c,b')).toEqual({ b: value.b });
    expect(apply(value, '*')).toEqual(value);
    expect(apply(value, 'none')).toEqual({});
  });

  it('any selection of paths leaves exactly these paths, however it is written', () => {
    const paths = ['a', 'b/c', 'b/d/e', 'b/d/f', 'list/x', 'list/y'];
    fc.assert(
      fc.property(fc.subarray(paths, { minLength: 1 }), (chosen) => {
        const [rest, inB] = [
          chosen.filter((path) => !path.startsWith('b/')),
          chosen.filter((path) => path.startsWith('b/')),
        ];
        const nested = inB.length > 0 ? [`b(${inB.map((path) => path.slice(2)).join(',')})`] : [];
        expect(apply(value, [...rest, ...nested].join(','))).toEqual(apply(value, chosen.join(',')));
      }),
    );
  });

  it('that cannot be read is refused, and no text is too odd to be read or refused', () => {
    for (const fields of ['a,', 'a(', 'a(b', 'a)', '(a)', 'a//b', ',a']) {
      expect(() => maskOf(fields)).toThrow('Invalid field selection');
    }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '/', ',', '(', ')', '*', ' ') }), (fields) => {
        try {
          apply(value, fields);
        } catch (error) {
          expect(error).toMatchObject({ status: 400 });
        }
      }),
    );
  });

  it('names only what the method’s answer can have', () => {
    const check = (method: string, fields: string) => () => checkMask(method, maskOf(fields));
    expect(check('messages.get', 'id,payload(headers(name,value),parts(parts/body/data))')).not.toThrow();
    expect(check('messages.get', 'id,payloads')).toThrow('Invalid field selection payloads');
    expect(check('messages.get', 'id/x')).toThrow('Invalid field selection id');
    expect(check('threads.get', 'messages(id),nextPageToken')).toThrow('nextPageToken');
    expect(check('history.list', 'history(labelsAdded(labelIds,message(id)))')).not.toThrow();
  });

  it('covers a field when it lets all of it through', () => {
    expect(covers(maskOf('a,b'), ['a', 'b'])).toBe(true);
    expect(covers(maskOf('a,b(c)'), ['a', 'b'])).toBe(false);
    expect(covers(null, ['a'])).toBe(true);
  });
});
