// The drill in short: two injuries once, each to a small mailbox of its own. The others are those of the short drills
// of kills, flush, reconcile and storm.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { injuries as all } from './sync/injuries.ts';
import { survive } from './sync/survive.ts';
import { openWard } from './sync/ward.ts';
import type { Ward } from './sync/ward.ts';

jest.setTimeout(180_000);

const injuries = all.filter(({ name }) => name === 'Redis killed' || name === 'Gmail away');

let ward: Ward;
beforeAll(async () => {
  ward = await openWard({ messages: 250, mailboxes: injuries.length, timeFactor: 10 });
});
afterAll(() => ward.close());

describe('a sync ends in rows equal to Gmail’s, though it is hurt while mail changes:', () => {
  it.each(injuries.map((injury, index) => [injury.name, injury, index] as const))(
    '%s',
    async (_, injury, index) => {
      const { end, workersEnded } = await survive(injury, ward, {
        email: ward.emails[index]!,
        times: 1,
        pace: 0.4,
      });
      expect(end).toEqual({ rows: 0, unaccounted: 0, failed: 0, isLive: true });
      expect(workersEnded).toBe(0);
    },
  );
});
