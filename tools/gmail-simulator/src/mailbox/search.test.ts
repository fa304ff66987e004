import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Mailbox } from './mailbox.ts';
import { searchOf } from './search.ts';

const mailbox = new Mailbox({ emailAddress: 'robin@example.com', name: 'Robin' });
const day = 86_400_000;
for (const [subject, labelIds, at] of [
  ['Lunch on Friday', ['INBOX', 'UNREAD'], Date.now() - day],
  ['Budget for Q1', ['INBOX', 'My Work'], Date.now() - 10 * day],
  ['Lunch money', ['TRASH'], Date.now() - 400 * day],
] as const) {
  const raw = Buffer.from(
    `From: Ana <ana@example.org>\r\nTo: robin@example.com\r\nMessage-ID: <${at}@x>\r\nSubject: ${subject}\r\n\r\nx`,
  );
  mailbox.load({ raw, labelIds: [...labelIds], internalDate: at });
}
mailbox.closeLoading();

function found(q: string): string[] {
  const { matches } = searchOf(mailbox, q);
  return [...mailbox.messages.values()].filter(matches).map(({ head }) => head.subject);
}

describe('q', () => {
  it('words and operators all have to hold', () => {
    expect(found('lunch')).toEqual(['Lunch on Friday', 'Lunch money']);
    expect(found('subject:lunch is:unread')).toEqual(['Lunch on Friday']);
    expect(found('from:ana to:robin "on friday"')).toEqual(['Lunch on Friday']);
    expect(found('label:my-work')).toEqual(['Budget for Q1']);
    expect(found('in:inbox -is:unread')).toEqual(['Budget for Q1']);
    expect(found('label:none')).toEqual([]);
  });

  it('OR, braces, brackets and minus join them', () => {
    expect(found('friday OR budget')).toEqual(['Lunch on Friday', 'Budget for Q1']);
    expect(found('{friday budget} is:read')).toEqual(['Budget for Q1']);
    expect(found('lunch -(money OR nothing)')).toEqual(['Lunch on Friday']);
    expect(found('lunch (friday)')).toEqual(['Lunch on Friday']);
  });

  it('days, ages and sizes bound it', () => {
    expect(found('newer_than:2d')).toEqual(['Lunch on Friday']);
    expect(found('older_than:1y')).toEqual(['Lunch money']);
    expect(
      found(
        `after:${Math.floor((Date.now() - 20 * day) / 1_000)} before:${Math.floor((Date.now() - 5 * day) / 1_000)}`,
      ),
    ).toEqual(['Budget for Q1']);
    expect(found('after:2000/01/01')).toHaveLength(3);
    expect(found('larger:1m')).toEqual([]);
    expect(found('smaller:1k')).toHaveLength(3);
  });

  it('names the folders that it otherwise does not look into', () => {
    expect(searchOf(mailbox, 'in:trash lunch').namesSpamOrTrash).toBe(true);
    expect(searchOf(mailbox, 'in:anywhere').namesSpamOrTrash).toBe(true);
    expect(searchOf(mailbox, 'in:inbox').namesSpamOrTrash).toBe(false);
  });

  it('no text is too odd to be searched for, and asking changes nothing', () => {
    const labels = mailbox.labels.size;
    const unit = fc.constantFrom(
      'a',
      ' ',
      '"',
      '(',
      ')',
      '{',
      '}',
      '-',
      ':',
      'OR ',
      'in:',
      'label:x',
      'after:',
      'size:',
    );
    fc.assert(fc.property(fc.string({ unit }), (q) => void found(q)));
    expect(mailbox.labels.size).toBe(labels);
  });
});
