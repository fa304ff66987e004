import type { Kit } from '../../bench/kit/program.ts';
import { openWard } from '../sync/ward.ts';
import type { Ward, WardOptions } from '../sync/ward.ts';
import { startFleet } from './fleet.ts';
import type { Fleet, Kind } from './fleet.ts';

export type RunKit = Pick<Kit, 'progress' | 'signal'>;

export interface InWardOptions extends Omit<WardOptions, 'workers'> {
  kinds: readonly Kind[];
}

/** Mailboxes, servers and processes for as long as the work takes; nothing of them is left, however it ends. */
export async function inWard<T>(
  kit: RunKit,
  { kinds, ...options }: InWardOptions,
  work: (ward: Ward, fleet: Fleet) => Promise<T>,
): Promise<T> {
  kit.progress('starting');
  const ward = await openWard({ ...options, workers: 0 });
  try {
    const fleet = await startFleet(ward.world.env, kinds);
    try {
      return await work(ward, fleet);
    } finally {
      await fleet.close();
    }
  } finally {
    await ward.close();
  }
}

export function workersOf(count: number): Kind[] {
  return Array<Kind>(count).fill('gmail-worker');
}
