import { clients } from './clients.ts';
import type { Dashboard } from './dashboard.ts';
import { gateway } from './gateway.ts';
import { overview } from './overview.ts';
import { syncAndQuota } from './sync-and-quota.ts';

/** Every dashboard, by the name of its file in monitoring/grafana/dashboards. */
export const dashboards: Record<string, Dashboard> = {
  overview,
  'sync-and-quota': syncAndQuota,
  gateway,
  'client-telemetry': clients,
};
