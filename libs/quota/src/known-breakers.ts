import type { FleetView } from './fleet-breaker-store.ts';
import type { FleetState } from './fleet-breaker-types.ts';

export type KnownBreakers = ReturnType<typeof createKnownBreakers>;

/** What this process knows of the fleet's breakers, by its own clock, and whom it tells of changes. */
export function createKnownBreakers(names: readonly string[]) {
  const openUntil = new Map<string, number>();
  const forced = new Set<string>();
  const epochs = new Map<string, number>();
  const told = new Map<string, FleetState>();
  const listeners: ((name: string, state: FleetState) => void)[] = [];

  function state(name: string): FleetState {
    const until = openUntil.get(name);
    if (until === undefined) return 'closed';
    return until > Date.now() ? 'open' : 'half-open';
  }

  function tell(name: string, isNews = false): void {
    const now = state(name);
    if (now === (told.get(name) ?? 'closed') && !isNews) return;
    told.set(name, now);
    for (const listener of listeners) listener(name, now);
  }

  return {
    state,
    /** What an operator has opened says nothing of the other side. */
    isOpenElsewhere: (name: string) =>
      [...openUntil.keys()].some((each) => each !== name && !forced.has(each)),
    epoch: (name: string) => epochs.get(name) ?? 0,
    /** Undefined while it is closed; 0 or less while it is half-open. */
    openForMs(name: string): number | undefined {
      const until = openUntil.get(name);
      return until === undefined ? undefined : until - Date.now();
    },
    listen: (listener: (name: string, state: FleetState) => void) => void listeners.push(listener),
    adopt({ open, epochs: seen }: FleetView): void {
      for (const name of names) {
        const epoch = seen.get(name) ?? 0;
        // A Redis that forgot begins at 0 again, which is no closing.
        const wasClosed = epoch > (epochs.get(name) ?? epoch);
        epochs.set(name, epoch);
        const found = open.get(name);
        if (found?.forced) forced.add(name);
        else forced.delete(name);
        if (found) openUntil.set(name, Date.now() + found.openForMs);
        else openUntil.delete(name);
        tell(name, wasClosed && !found);
      }
    },
    /** Without Redis: what this process found out by itself. */
    set(name: string, forMs: number | undefined): void {
      if (forMs === undefined) openUntil.delete(name);
      else openUntil.set(name, Date.now() + forMs);
      tell(name);
    },
    /** Time has passed: what was open may be half-open by now. */
    look: () => names.forEach((name) => tell(name)),
  };
}
