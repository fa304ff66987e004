import type { Db } from '@finito/db';
import type { Handlers } from '../handler.ts';

export interface FleetNeeds {
  db: Pick<Db, 'fleetPause'>;
}

type FleetRoutes = 'getFleet' | 'pauseFleet' | 'resumeFleet' | 'setWeight';

/** What an operator does with the syncing of all mailboxes. It stands in the database: workers see it within seconds. */
export function fleetRoutes({ db }: FleetNeeds): Pick<Handlers, FleetRoutes> {
  const state = async () => ({ pausedSince: (await db.fleetPause.pausedSince())?.toISOString() ?? null });
  return {
    getFleet: state,
    async pauseFleet({ log }) {
      await db.fleetPause.pause();
      log.warn('syncing of all mailboxes paused');
      return state();
    },
    async resumeFleet({ log }) {
      await db.fleetPause.resume();
      log.warn('syncing of all mailboxes resumed');
      return state();
    },
    async setWeight({ body: { mailboxId, weight }, log }) {
      await db.fleetPause.setWeight(mailboxId, weight);
      log.info({ mailboxId, weight }, 'weight of a mailbox set');
      return undefined;
    },
  };
}
