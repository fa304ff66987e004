import { expect, it } from '@jest/globals';
import { actionOf } from './keyboard.ts';

const key = (name: string, held = {}) => ({
  ...{ key: name, ctrlKey: false, metaKey: false, altKey: false, isComposing: false },
  ...held,
});

it.each([
  ['j', 'next'],
  ['k', 'previous'],
  ['o', 'open'],
  ['u', 'up'],
  ['Escape', 'up'],
  ['/', 'search'],
  ['s', 'star'],
  ['#', 'trash'],
  ['U', 'unread'],
  ['x', undefined],
  ['constructor', undefined],
])('takes %s for %s', (name, action) => {
  expect(actionOf(key(name), false)).toBe(action);
});

it('leaves alone who writes or holds a modifier', () => {
  expect(actionOf(key('j'), true)).toBeUndefined();
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'isComposing']) {
    expect(actionOf(key('j', { [held]: true }), false)).toBeUndefined();
  }
});
