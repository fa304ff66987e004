// GOALS.md G8 against the gateway in this process; `npm run drills -- gateway` does the same to a process of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '@finito/api';
import { aTarget } from './a-target.ts';
import type { TestTarget } from './a-target.ts';
import { authorisationMatrix } from './authorisation-matrix.ts';

const golden = join(import.meta.dirname, '../../../test/open-routes.golden.txt');
let opened: TestTarget;

beforeAll(async () => {
  opened = await aTarget();
});
afterAll(() => opened?.close());

describe('a route that is not open to all', () => {
  it('answers nobody but who may call it, whatever is tried, and then its owner', async () => {
    const allowed = readFileSync(golden, 'utf8').trim().split('\n');
    const { cells, open, refused } = await authorisationMatrix(opened.target, opened.pool, allowed);
    expect({ open, refused }).toEqual({ open: [], refused: [] });
    expect(cells).toBeGreaterThan(500);
  });

  it('is seen to be open where it is', async () => {
    const unlocked = await aTarget({ keys: { 'health-key': () => true, 'admin-key': () => true } });
    const watched = ['GET /api/health', 'GET /api/openapi.json'];
    const others = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    const allowed = others.filter((title) => !watched.includes(title));
    const { open } = await authorisationMatrix(unlocked.target, unlocked.pool, allowed);
    await unlocked.close();
    for (const title of watched)
      expect(open).toContain(`${title}: nobody: 200 application/json; charset=utf-8`);
  });
});
