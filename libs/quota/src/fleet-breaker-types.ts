/** The breaker of content that is fetched for readers, which trips sooner than that of the sync. */
export const contentBreaker = 'content';

export type FleetState = 'closed' | 'half-open' | 'open';

/** May a call be made? A probe is the one call of the fleet; say whether the other side is alive when it has ended. */
export type Admission =
  | { kind: 'pass' }
  | { kind: 'refused'; retryAfterMs: number }
  | { kind: 'probe'; settle(isAlive: boolean): Promise<void> };

export interface BreakerListing {
  name: string;
  state: FleetState;
  /** Opened by an operator. */
  forced: boolean;
  /** Epoch milliseconds; null while closed. */
  since: number | null;
  /** When a probe may be made; null unless open. */
  until: number | null;
  /** Processes that called lately, and those of them whose own breaker has tripped without a quorum. */
  processes: number;
  tripped: number;
}

export type FleetBreakerEvent =
  | { kind: 'probe'; name: string; isAlive: boolean }
  /** Redis is `away`: this process decides alone; or `back`. */
  | { kind: 'away' | 'back' };

export interface FleetBreaker {
  /** Before each call; never rejects. At once while the breaker is closed or open. */
  admit(name: string): Admission | Promise<Admission>;
  /** How long the breaker surely stays open, in milliseconds; 0 when a call may be tried. */
  openForMs(name: string): number;
  state(name: string): FleetState;
  /** Whether another breaker than this is open, and not by an operator's hand. */
  isOpenElsewhere(name: string): boolean;
  /** This process's own breaker has changed: opening it is a vote. */
  report(name: string, state: FleetState): void;
  /** Hears of what the fleet did: `closed` also for a reset by hand, upon which own counts are to be forgotten. */
  listen(onChange: (name: string, state: FleetState) => void): void;
  /** @throws FleetBreakerUnavailableError */
  list(): Promise<BreakerListing[]>;
  /** Closes it everywhere, and every process forgets its failures. @throws FleetBreakerUnavailableError */
  reset(name: string): Promise<void>;
  /** Opens it everywhere; after `forMs` a probe decides. @throws FleetBreakerUnavailableError */
  forceOpen(name: string, forMs: number): Promise<void>;
  close(): Promise<void>;
}
