import type { BreakerState } from './events.ts';

/**
 * May a call be made? A `probe` is the one call that everybody waits for: `settle` is told whether Gmail is alive as
 * soon as it has ended, and never rejects.
 */
export type Admission =
  | { kind: 'pass' }
  | { kind: 'refused'; retryAfterMs: number }
  | { kind: 'probe'; settle(isAlive: boolean): Promise<void> };

/**
 * What several processes know together of an upstream. This client decides by its own breakers and reports; what the
 * others decided stands in front of them. Names are those of `OperationClass`.
 */
export interface SharedBreaker {
  admit(name: string): Admission | Promise<Admission>;
  /** Milliseconds that it surely stays open; 0 when a call may be tried. */
  openForMs(name: string): number;
  state(name: string): BreakerState;
  /** Whether another of them is open: an outage that is known of needs less proof. */
  isOpenElsewhere(name: string): boolean;
  report(name: string, state: BreakerState): void;
  /** `closed` means: forget what you counted. */
  listen(onChange: (name: string, state: BreakerState) => void): void;
}
