import type { Breaker } from '@finito/api';
import type { BreakerListing, FleetBreaker } from '@finito/quota';
import { NotFoundError } from '../errors.ts';
import type { Handlers } from '../handler.ts';

export interface BreakerNeeds {
  breakers: Pick<FleetBreaker, 'list' | 'reset' | 'forceOpen'>;
}

type BreakerRoutes = 'listBreakers' | 'resetBreaker' | 'forceBreakerOpen';

/** The fleet's breakers to see and to turn by hand: every process knows within a second. */
export function breakerRoutes({ breakers }: BreakerNeeds): Pick<Handlers, BreakerRoutes> {
  /** As it is afterwards. */
  async function turned(name: string, turn: () => Promise<void>): Promise<Breaker> {
    if (!(await breakers.list()).some((each) => each.name === name))
      throw new NotFoundError('no such breaker');
    await turn();
    return breakerOf((await breakers.list()).find((each) => each.name === name)!);
  }

  return {
    async listBreakers() {
      return { items: (await breakers.list()).map(breakerOf), nextCursor: null };
    },
    async resetBreaker({ params: { name }, log }) {
      const breaker = await turned(name, () => breakers.reset(name));
      log.info({ breaker: name }, 'breaker reset');
      return breaker;
    },
    async forceBreakerOpen({ params: { name }, body: { forSeconds }, log }) {
      const breaker = await turned(name, () => breakers.forceOpen(name, forSeconds * 1_000));
      log.info({ breaker: name, forSeconds }, 'breaker forced open');
      return breaker;
    },
  };
}

function breakerOf({ since, until, ...rest }: BreakerListing): Breaker {
  const moment = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { ...rest, since: moment(since), until: moment(until) };
}
