import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { EmailSummary } from '@finito/api';
import { createReadMarks } from './read-marks.ts';

const message = (id: string) => ({ id }) as EmailSummary;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function marks(refusal?: Error) {
  const sent: string[][] = [];
  const refused: string[] = [];
  const made = createReadMarks({
    send: (messages) => {
      sent.push(messages.map(({ id }) => id));
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    },
    onRefused: (messages) => refused.push(...messages.map(({ id }) => id)),
    gatherMs: 100,
  });
  return { ...made, sent, refused };
}

it('tells of the first at once, and of those that follow soon in one call, each once', async () => {
  const { add, sent } = marks();
  add(message('a'));
  await jest.advanceTimersByTimeAsync(1);
  for (const id of ['b', 'c', 'b']) add(message(id));
  await jest.advanceTimersByTimeAsync(98);
  expect(sent).toEqual([['a']]);
  await jest.advanceTimersByTimeAsync(10);
  expect(sent).toEqual([['a'], ['b', 'c']]);
});

it('tells at once when the page is left, and never of nothing', async () => {
  const { add, flush, sent } = marks();
  await flush();
  add(message('a'));
  await flush();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([['a']]);
});

it('says which messages are unread again after a refusal', async () => {
  const { add, refused } = marks(new Error('away'));
  add(message('a'));
  add(message('b'));
  await jest.advanceTimersByTimeAsync(100);
  expect(refused).toEqual(['a', 'b']);
});

it('does not tell of what was marked unread again meanwhile', async () => {
  const { add, forget, sent } = marks();
  add(message('a'));
  add(message('b'));
  forget('a');
  await jest.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([['b']]);
});
