import type { fetchContent, Payload } from '@finito/jobs';
import type { QuotaLane } from '@finito/quota';

export type ContentReason = NonNullable<Payload<typeof fetchContent>['reason']>;

export interface ContentStrategy {
  lane: QuotaLane;
  /** Units must be there at once, or it is left: nobody waits for it. */
  onlySpare: boolean;
  /** Where the sync keeps no content, this is kept so long. */
  keptForMs: number;
  /** Of text and HTML together; what is larger is not kept. */
  maxBytes: number;
}

const hour = 3_600_000;

/** Why content is fetched decides how urgent it is, how long it is kept and how large it may be. */
export const contentStrategies: Readonly<Record<ContentReason, ContentStrategy>> = {
  viewing: { lane: 'interactive', onlySpare: false, keptForMs: 24 * hour, maxBytes: 5_000_000 },
  prefetch: { lane: 'backfill', onlySpare: true, keptForMs: 6 * hour, maxBytes: 2_000_000 },
  rules: { lane: 'live', onlySpare: false, keptForMs: hour, maxBytes: 1_000_000 },
  background: { lane: 'backfill', onlySpare: false, keptForMs: 168 * hour, maxBytes: 500_000 },
};

/** Gmail has no such message: it is not asked for again for so long, unless its history removes it sooner. */
export const goneForMs = hour;
