import { describe, expect, it } from '@jest/globals';
import { bulkActionBody } from '@finito/api';
import type { EmailSummary, Label } from '@finito/api';
import { changed, countAgain, isListed, wayBack } from './changes.ts';

const mailboxId = 'mb_a';
const message = (...labelIds: string[]) =>
  ({
    ...{ mailboxId, labelIds, unread: labelIds.includes('UNREAD'), starred: labelIds.includes('STARRED') },
  }) as EmailSummary;

describe('a change of a message', () => {
  it('shows in its labels and marks', () => {
    expect(changed(message('INBOX', 'UNREAD'), 'read')).toEqual(message('INBOX'));
    expect(changed(message('INBOX'), 'star')).toEqual(message('INBOX', 'STARRED'));
    expect(changed(message('INBOX', 'UNREAD'), 'trash')).toEqual(message('UNREAD', 'TRASH'));
  });

  it('that is made twice is made once', () => {
    for (const action of bulkActionBody.shape.action.options) {
      const once = changed(message('INBOX', 'UNREAD'), action);
      expect(changed(once, action)).toEqual(once);
    }
  });

  it.each([
    ['archive', message('INBOX')],
    ['trash', message('INBOX')],
    ['trash', message()],
    ['untrash', message('TRASH')],
  ] as const)('%s can be taken back', (action, before) => {
    const after = changed(before, action);
    const back = wayBack(before, action).reduce((state, step) => changed(state, step), after);
    expect(new Set(back.labelIds)).toEqual(new Set(before.labelIds));
  });
});

describe('a list', () => {
  it.each([
    [message('INBOX'), { label: 'INBOX' }, true],
    [message(), { label: 'INBOX' }, false],
    [message('INBOX'), {}, true],
    [message('TRASH'), {}, false],
    [message('TRASH', 'Label_1'), { label: 'Label_1' }, false],
    [message('TRASH'), { label: 'TRASH' }, true],
    [message('INBOX'), { mailboxId: 'mb_b' }, false],
    [message('INBOX'), { q: 'anything' }, true],
  ])('%# has what its labels say', (given, filter, has) => {
    expect(isListed(given, filter)).toBe(has);
  });
});

it('counts of labels follow, in the mailbox of the message only', () => {
  const label = (id: string, total: number, unread: number, of = mailboxId) =>
    ({ ...{ id, mailboxId: of, total, unread } }) as Label;
  const before = message('INBOX', 'UNREAD');
  const counted = countAgain(
    [label('INBOX', 5, 2), label('TRASH', 0, 0), label('INBOX', 9, 9, 'mb_b')],
    before,
    changed(before, 'trash'),
  );
  expect(counted).toEqual([label('INBOX', 4, 1), label('TRASH', 1, 1), label('INBOX', 9, 9, 'mb_b')]);
});
