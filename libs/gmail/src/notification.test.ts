import { describe, expect, it } from '@jest/globals';
import { parseNotification } from './notification.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('a notification', () => {
  it('is read from either alphabet of base64, padded or not', () => {
    const text = '{"emailAddress":"ännë>?@example.com","historyId":"42"}';
    const told = { emailAddress: 'ännë>?@example.com', historyId: '42' };
    expect(parseNotification(Buffer.from(text).toString('base64'))).toEqual(told);
    expect(parseNotification(encoded(text))).toEqual(told);
  });

  it.each(['18446744073709551615', '9007199254740993', '0'])(
    'keeps every digit of %s, sent as text or as a number',
    (historyId) => {
      const told = { emailAddress: 'a@example.com', historyId };
      expect(parseNotification(encoded(JSON.stringify(told)))).toEqual(told);
      expect(
        parseNotification(encoded(`{"historyId": ${historyId} ,"emailAddress":"a@example.com"}`)),
      ).toEqual(told);
    },
  );

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', encoded('hello')],
    ['no object', encoded('null')],
    ['no address', encoded('{"historyId":"1"}')],
    ['no position', encoded('{"emailAddress":"a@example.com"}')],
    ['a position that is no number', encoded('{"emailAddress":"a@example.com","historyId":"-1"}')],
    ['a position with a fraction', encoded('{"emailAddress":"a@example.com","historyId":1.5}')],
    ['a position of another length', encoded(`{"emailAddress":"a@b","historyId":"${'9'.repeat(21)}"}`)],
    ['more than a notification can be', encoded(`{"emailAddress":"${'a'.repeat(5_000)}","historyId":"1"}`)],
  ])('is refused: %s', (_what, data) => {
    expect(parseNotification(data)).toBeUndefined();
  });
});
