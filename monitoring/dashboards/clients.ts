import type { Dashboard } from './dashboard.ts';

/** What Gmail clients, the page and programs with the SDK, tell of their calls. */
export const clients: Dashboard = {
  uid: 'finito-clients',
  title: 'Finito Mail: client telemetry',
  rows: [
    {
      title: 'What clients tell',
      panels: [
        {
          title: 'Events by type',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (type) (rate(finito_client_events_total[5m]))', '{{type}}']],
        },
        {
          title: 'Share of errors',
          about: 'From 10 % on it is an alert.',
          unit: 'percentunit',
          queries: [['finito:client_error_ratio:rate10m', 'errors']],
        },
        {
          title: 'Errors by operation',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (operation) (rate(finito_client_errors_total[5m]))', '{{operation}}']],
        },
        {
          title: 'Changes of breakers',
          unit: 'ops',
          queries: [['sum by (state) (rate(finito_client_breaker_changes_total[5m]))', '{{state}}']],
        },
        {
          title: 'Latency: half, 95 and 99 of 100 calls are below',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((quantile) => [
            `histogram_quantile(${quantile}, sum by (le) (rate(finito_client_request_latency_seconds_bucket[5m])))`,
            String(quantile),
          ]),
        },
        {
          title: 'Calls that wait in a client, p95',
          unit: 'short',
          queries: [
            ['histogram_quantile(0.95, sum by (le) (rate(finito_client_queue_size_bucket[5m])))', 'calls'],
          ],
        },
        {
          title: 'Anomalies',
          unit: 'ops',
          queries: [
            [
              'sum by (kind, scope) (increase(finito_client_event_anomalies_total[5m]))',
              '{{kind}} in a {{scope}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'On their way',
      panels: [
        {
          title: 'At the edge',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_client_events_received_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Fields that nobody knows',
          unit: 'ops',
          queries: [['sum(rate(finito_client_event_fields_dropped_total[5m]))', 'dropped']],
        },
        {
          title: 'Batches counted',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_client_event_batches_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Events whose own time was not believed',
          unit: 'ops',
          queries: [['sum by (reason) (rate(finito_client_events_moved_total[5m]))', '{{reason}}']],
        },
        {
          title: 'Snapshots to Postgres',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_client_event_snapshots_total[5m]))', '{{outcome}}']],
        },
      ],
    },
  ],
};
