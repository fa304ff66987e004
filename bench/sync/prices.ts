export interface Prices {
  /** As the simulator and GMAIL_QUOTA_PROFILE know it. */
  profile: '2026-05' | 'legacy-2025';
  unitsPerMinute: number;
  /** Of messages.get. */
  get: number;
  /** Of threads.get. */
  thread: number;
}

export const prices2026: Prices = { profile: '2026-05', unitsPerMinute: 6_000, get: 20, thread: 40 };
export const legacyPrices: Prices = { profile: 'legacy-2025', unitsPerMinute: 15_000, get: 5, thread: 10 };
