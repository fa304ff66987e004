import { describe, expect, it } from '@jest/globals';
import type { Label } from '@finito/api';
import { chipsOf, folderName, foldersFrom } from './folders.ts';

const label = (id: string, given: Partial<Label> = {}): Label => ({
  ...{ id, mailboxId: 'mb_a', name: id, type: 'system', total: 3, unread: 1 },
  ...given,
});
const own = (id: string, name: string, mailboxId = 'mb_a') => label(id, { name, mailboxId, type: 'user' });

describe('folders', () => {
  it('count a label of Gmail over all mailboxes together', () => {
    const { main } = foldersFrom([label('INBOX'), label('INBOX', { mailboxId: 'mb_b', total: 4 })], 10);
    expect(main[0]).toEqual({ id: 'INBOX', mailboxId: null, name: 'Inbox', total: 7, unread: 2 });
    expect(main.at(-1)).toMatchObject({ id: null, name: 'All mail', total: 10 });
  });

  it('are there before any label is known', () => {
    const { main, categories, own } = foldersFrom([], 0);
    expect(main.map(({ name }) => name)).toContain('Inbox');
    expect([categories, own]).toEqual([[], []]);
  });

  it('show categories that have messages, and every label that a person made, by name', () => {
    const { categories, own: made } = foldersFrom(
      [
        label('CATEGORY_SOCIAL'),
        label('CATEGORY_FORUMS', { total: 0 }),
        own('Label_2', 'Trips'),
        own('Label_1', 'Ämter'),
      ],
      0,
    );
    expect(categories.map(({ name }) => name)).toEqual(['Social']);
    expect(made.map(({ name }) => name)).toEqual(['Ämter', 'Trips']);
  });

  it('have a name also while labels are not known', () => {
    expect(folderName([], 'INBOX')).toBe('Inbox');
    expect(folderName([], null)).toBe('All mail');
    expect(folderName([own('Label_1', 'Trips')], 'Label_1')).toBe('Trips');
    expect(folderName([], 'Label_9')).toBe('Label_9');
  });
});

it('chips name the labels that a person made, of the same mailbox, and not the folder itself', () => {
  const labels = [
    own('Label_1', 'Trips'),
    own('Label_1', 'Other', 'mb_b'),
    own('Label_2', 'Work'),
    label('INBOX'),
  ];
  const message = { mailboxId: 'mb_a', labelIds: ['INBOX', 'Label_1', 'Label_2'] };
  expect(chipsOf(message, labels, 'INBOX')).toEqual(['Trips', 'Work']);
  expect(chipsOf(message, labels, 'Label_2')).toEqual(['Trips']);
});
