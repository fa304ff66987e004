import { describe, expect, it } from '@jest/globals';
import { changesOf } from './partial-sync.ts';

const message = (id: string) => ({ message: { id, threadId: 't' } });

describe('the changes of a page of history', () => {
  it('keep the order of the records, and carry the record’s own id', () => {
    const changes = changesOf({
      history: [
        { id: '7', messagesAdded: [message('a')] },
        { id: '9', labelsAdded: [{ ...message('a'), labelIds: ['STARRED'] }] },
        { id: '12', messagesDeleted: [message('b')] },
      ],
    });
    expect(changes.map(({ kind, historyId }) => `${kind} ${historyId}`)).toEqual([
      'added 7',
      'labels 9',
      'deleted 12',
    ]);
  });

  it('of one record are additions, then labels, then deletions', () => {
    const changes = changesOf({
      history: [
        {
          id: '7',
          messagesDeleted: [message('a')],
          labelsRemoved: [{ ...message('a'), labelIds: ['UNREAD'] }],
          labelsAdded: [{ ...message('a'), labelIds: ['TRASH'] }],
          messagesAdded: [message('a')],
        },
      ],
    });
    expect(changes).toEqual([
      { kind: 'added', historyId: '7', gmailId: 'a', threadId: 't' },
      { kind: 'labels', historyId: '7', gmailId: 'a', threadId: 't', added: ['TRASH'], removed: [] },
      { kind: 'labels', historyId: '7', gmailId: 'a', threadId: 't', added: [], removed: ['UNREAD'] },
      { kind: 'deleted', historyId: '7', gmailId: 'a' },
    ]);
  });

  it('of a record without anything known are none, and labels that are missing are none', () => {
    const odd = { id: '7', labelsAdded: [message('a')] } as never;
    expect(changesOf({ history: [{ id: '6' }, odd] })).toEqual([
      { kind: 'labels', historyId: '7', gmailId: 'a', threadId: 't', added: [], removed: [] },
    ]);
  });
});
