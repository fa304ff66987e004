// Which routes anybody may call stands in a file of its own: opening one more is seen in review.
import { expect, it } from '@jest/globals';
import { routes } from '@finito/api';
import type { Route } from '@finito/api';
import { read } from './markdown.ts';

it('the routes open to anybody are those of open-routes.golden.txt', () => {
  const open = (Object.values(routes) as Route[])
    .filter(({ auth }) => auth === 'open')
    .map(({ method, path }) => `${method} ${path}`);
  const golden = read('test/open-routes.golden.txt').trim().split('\n');
  expect(open.sort()).toEqual(golden.sort());
});
