import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, clientOf, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
let users: ReturnType<typeof clientOf>;
beforeEach(async () => {
  simulator = await simulatorWith(Array.from({ length: 5 }, () => aMessage()));
  users = clientOf(simulator);
});
afterEach(() => simulator.close());

const position = async () => (await users.getProfile({ userId: 'me' })).data.historyId!;
const kindOf = (record: object) => Object.keys(record).find((key) => /Added|Removed|Deleted/.test(key));

describe('history', () => {
  it('shows all four kinds of change in their order, with what each needs', async () => {
    const startHistoryId = await position();
    const account = simulator.account(email);
    const id = account.deliver(aMessage({ labelIds: ['INBOX', 'UNREAD'] }));
    account.changeLabels([id], ['STARRED'], ['UNREAD']);
    account.delete(id);
    const { data } = await users.history.list({ userId: 'me', startHistoryId });
    expect(data.history!.map(kindOf)).toEqual([
      'messagesAdded',
      'labelsAdded',
      'labelsRemoved',
      'messagesDeleted',
    ]);
    expect(data.history![1]!.labelsAdded).toEqual([{ message: { id, threadId: id }, labelIds: ['STARRED'] }]);
    expect(data.historyId).toBe(await position());
  });

  it('ids rise with gaps, and are longer than a number can hold', async () => {
    const startHistoryId = await position();
    const { gmailId } = simulator.truth(email)[0]!;
    for (let n = 0; n < 6; n += 1) {
      simulator.account(email).changeLabels([gmailId], n % 2 ? [] : ['STARRED'], n % 2 ? ['STARRED'] : []);
    }
    const { data } = await users.history.list({ userId: 'me', startHistoryId });
    const ids = data.history!.map(({ id }) => BigInt(id!));
    expect(ids).toEqual(ids.toSorted((left, right) => (left < right ? -1 : 1)));
    expect(ids.at(-1)! - ids[0]!).toBeGreaterThan(5n);
    expect(ids[0]).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  });

  it('comes in pages that all name the newest id, and can be asked by kind and by label', async () => {
    const startHistoryId = await position();
    const account = simulator.account(email);
    const ids = simulator.truth(email).map(({ gmailId }) => gmailId);
    account.changeLabels(ids, ['STARRED'], []);
    account.changeLabels(ids.slice(0, 2), [], ['INBOX']);
    const list = async (more: object) =>
      (await users.history.list({ userId: 'me', startHistoryId, ...more })).data;
    const first = await list({ maxResults: 4 });
    const second = await list({ maxResults: 4, pageToken: first.nextPageToken });
    expect([first.history!.length, second.history!.length]).toEqual([4, 3]);
    expect(first.historyId).toBe(second.historyId);
    expect((await list({ historyTypes: ['labelRemoved'] })).history).toHaveLength(2);
    expect((await list({ historyTypes: ['messageAdded'] })).history).toBeUndefined();
    expect((await list({ labelId: 'INBOX' })).history).toHaveLength(5);
  });

  it('is 404 once it is too old, from the future, or of another mailbox', async () => {
    const startHistoryId = await position();
    simulator.account(email).expireHistory();
    const missing = { status: 404 };
    const since = (id: string) => users.history.list({ userId: 'me', startHistoryId: id });
    await expect(since(startHistoryId)).rejects.toMatchObject(missing);
    await expect(since(`${BigInt(startHistoryId) + 10_000n}`)).rejects.toMatchObject(missing);
    const fresh = await position();
    expect((await since(fresh)).data.history).toBeUndefined();
    const other = await simulatorWith([aMessage()]);
    await expect(clientOf(other).history.list({ userId: 'me', startHistoryId: fresh })).rejects.toMatchObject(
      missing,
    );
    await other.close();
    await expect(since('yesterday')).rejects.toMatchObject({ status: 400 });
  });
});
