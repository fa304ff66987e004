import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createReadMarks } from './read-marks.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function marks(refusal?: Error) {
  const sent: string[][] = [];
  const refused: string[] = [];
  const done: string[] = [];
  const made = createReadMarks<string>({
    send: (ids) => {
      sent.push(ids);
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    },
    onDone: (mark) => done.push(mark),
    onRefused: (mark) => refused.push(mark),
    gatherMs: 100,
  });
  return {
    ...{ sent, done, refused, forget: made.forget, flush: made.flush },
    add: (id: string) => made.add(id, `mark of ${id}`),
  };
}

it('tells of the first at once, and of those that follow soon in one call, each once', async () => {
  const { add, sent, done } = marks();
  add('a');
  await jest.advanceTimersByTimeAsync(1);
  for (const id of ['b', 'c', 'b']) add(id);
  await jest.advanceTimersByTimeAsync(98);
  expect(sent).toEqual([['a']]);
  await jest.advanceTimersByTimeAsync(10);
  expect(sent).toEqual([['a'], ['b', 'c']]);
  expect(done).toEqual(['mark of a', 'mark of b', 'mark of c']);
});

it('tells at once when the page is left, and never of nothing', async () => {
  const { add, flush, sent } = marks();
  await flush();
  add('a');
  await flush();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([['a']]);
});

it('says which messages are unread again after a refusal', async () => {
  const { add, refused } = marks(new Error('away'));
  add('a');
  add('b');
  await jest.advanceTimersByTimeAsync(100);
  expect(refused).toEqual(['mark of a', 'mark of b']);
});

it('does not tell of what was marked unread again meanwhile', async () => {
  const { add, forget, sent } = marks();
  add('a');
  add('b');
  forget('a');
  await jest.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([['b']]);
});
