import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBatch } from './batch.ts';

const part = fc.record({
  contentId: fc.option(fc.stringMatching(/^[\w.-]{1,12}$/), { nil: undefined }),
  verb: fc.constantFrom('GET', 'POST', 'DELETE'),
  path: fc.stringMatching(/^\/[\w/?=&%.-]{0,30}$/),
  body: fc.stringMatching(/^[\w{}":, -]{0,40}$/),
});

describe('the parser of batches', () => {
  it('finds every part again, with either kind of line end and any boundary', () => {
    const boundary = fc.stringMatching(/^[\w'()+_,./:=?-]{1,40}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        boundary,
        fc.constantFrom('\n', '\r\n'),
        (parts, name, eol) => {
          const text = parts.map(({ contentId, verb, path, body }) =>
            [
              `--${name}`,
              'Content-Type: application/http',
              ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
              '',
              `${verb} ${path} HTTP/1.1`,
              ...(body === '' ? [] : ['Content-Type: application/json', '', body]),
              '',
            ].join(eol),
          );
          // A boundary inside a part would end it: no writer chooses such a one.
          fc.pre(parts.every(({ path, body }) => !`${path}${body}`.includes(name)));
          const calls = parseBatch(
            `multipart/mixed; boundary="${name}"`,
            `${text.join('')}--${name}--${eol}`,
          );
          expect(calls).toEqual(parts.map((each) => ({ ...each, authorization: undefined })));
        },
      ),
    );
  });

  it('what it cannot read is a 400 and nothing else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('--cut', '\r\n', '\n', 'GET /x', 'a', ' ', '--') }),
        (body) => {
          try {
            parseBatch('multipart/mixed; boundary=cut', body);
          } catch (error) {
            expect(error).toMatchObject({ status: 400 });
          }
        },
      ),
    );
  });

  it('a part may bring its own authorization', () => {
    const body = '--c\r\n\r\nGET /x\r\nAuthorization: Bearer other\r\n\r\n--c--';
    expect(parseBatch('multipart/mixed; boundary=c', body)[0]).toMatchObject({
      authorization: 'Bearer other',
      path: '/x',
    });
  });
});
