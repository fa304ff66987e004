/** `npm run dashboards`: writes the dashboards for Grafana. A test sees that this was done. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from './dashboards/all.ts';
import { grafanaJson } from './dashboards/dashboard.ts';

for (const [name, dashboard] of Object.entries(dashboards)) {
  writeFileSync(join(import.meta.dirname, 'grafana', 'dashboards', `${name}.json`), grafanaJson(dashboard));
}
