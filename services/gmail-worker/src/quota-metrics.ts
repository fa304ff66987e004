import type { GmailMethod, ProjectQuotaState, QuotaLane, RefusalReason } from '@finito/quota';
import type { makers } from './metrics.ts';

/** How Google's quota is used, and what waits for it. */
export interface QuotaMetrics {
  planned(units: number, naiveUnits: number): void;
  unitsUsed(lane: QuotaLane, method: GmailMethod, units: number): void;
  quotaWaited(lane: QuotaLane, reason: RefusalReason, waitMs: number): void;
  /** By Google itself: the ledger is there so that it does not happen. */
  refused(scope: string): void;
  projectQuota(state: ProjectQuotaState): void;
}

export function quotaMetrics({ counter, gauge, histogram }: ReturnType<typeof makers>): QuotaMetrics {
  const planned = counter('finito_gmail_units_planned_total', 'Quota units of the fetches as planned.');
  const naive = counter(
    'finito_gmail_units_naive_total',
    'Quota units that fetching message by message would cost.',
  );
  const used = counter('finito_gmail_quota_units_total', 'Quota units used, by lane and method.', [
    'lane',
    'method',
  ]);
  const waits = histogram(
    'finito_gmail_quota_wait_seconds',
    'Requests for units that had to wait: how long they were told to.',
    ['lane', 'reason'],
    [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
  );
  const refusals = counter('finito_gmail_refusals_total', 'Refusals by Google, by the quota they name.', [
    'scope',
  ]);
  const headroom = gauge(
    'finito_gmail_quota_project_free_ratio',
    'What is free of the project’s quota now, 0 to 1, by period.',
    ['period'],
  );
  const cooldown = gauge('finito_gmail_quota_cooldown_seconds', 'How long the whole project still waits.');
  const waiting = gauge('finito_gmail_quota_waiting_users', 'Users whose backfill waits for its turn.');
  return {
    planned(units, naiveUnits) {
      planned.inc(units);
      naive.inc(naiveUnits);
    },
    unitsUsed: (lane, method, units) => used.inc({ lane, method }, units),
    quotaWaited: (lane, reason, waitMs) => waits.observe({ lane, reason }, waitMs / 1_000),
    refused: (scope) => refusals.inc({ scope }),
    projectQuota({ windowUsed, windowLimit, cooldownUntil, day, waitingUsers }) {
      headroom.set({ period: 'minute' }, freeRatio(windowUsed, windowLimit));
      headroom.set({ period: 'day' }, day.limit === null ? 1 : freeRatio(day.used, day.limit));
      cooldown.set(cooldownUntil === null ? 0 : Math.max(0, (cooldownUntil - Date.now()) / 1_000));
      waiting.set(waitingUsers);
    },
  };
}

function freeRatio(used: number, limit: number): number {
  return Math.max(0, 1 - used / limit);
}
