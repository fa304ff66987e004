import type { Dashboard } from './dashboard.ts';

/** What callers of the API and readers of the page meet. */
export const gateway: Dashboard = {
  uid: 'finito-gateway',
  title: 'Finito Mail: gateway',
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'By route',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            [
              'topk(12, sum by (route, method) (rate(finito_http_request_duration_seconds_count[5m])))',
              '{{method}} {{route}}',
            ],
          ],
        },
        {
          title: 'Errors by route',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            [
              'sum by (route, status) (rate(finito_http_request_duration_seconds_count{status=~"5.."}[5m]))',
              '{{status}} {{route}}',
            ],
          ],
        },
        {
          title: 'p99 by route',
          unit: 's',
          queries: [
            [
              'topk(12, histogram_quantile(0.99, sum by (le, route) (rate(finito_http_request_duration_seconds_bucket[5m]))))',
              '{{route}}',
            ],
          ],
        },
        {
          title: 'Share of errors',
          about: 'The objective is 0.1 % over 30 days.',
          unit: 'percentunit',
          queries: [
            ['finito:http_error_ratio:rate5m', '5 minutes'],
            ['finito:http_error_ratio:rate30m', '30 minutes'],
            ['finito:http_error_ratio:rate1h', 'an hour'],
            ['finito:http_error_ratio:rate6h', '6 hours'],
          ],
        },
        {
          title: 'Refused because the event loop was late',
          unit: 'reqps',
          queries: [['sum by (instance) (rate(finito_requests_shed_total[5m]))', '{{instance}}']],
        },
      ],
    },
    {
      title: 'Limits',
      panels: [
        {
          title: 'Decisions',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            [
              'sum by (class, outcome) (rate(finito_rate_limit_decisions_total[5m]))',
              '{{class}} {{outcome}}',
            ],
          ],
        },
        {
          title: 'Share over the limit',
          unit: 'percentunit',
          queries: [['finito:rate_limited_ratio:rate5m', '{{class}}']],
        },
        {
          title: 'Limits that an operator has changed',
          unit: 'short',
          queries: [['max(finito_rate_limit_overrides)', 'overrides']],
        },
        {
          title: 'Counted without Redis',
          about: 'Each gateway counts for itself while Redis is away.',
          unit: 'reqps',
          queries: [
            [
              'sum by (instance) (rate(finito_rate_limit_decisions_total{counter="local"}[5m]))',
              '{{instance}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'Pages and sign-ins',
      panels: [
        {
          title: 'Pages that listen for events',
          unit: 'short',
          queries: [['sum(finito_event_streams)', 'pages']],
        },
        {
          title: 'Why streams ended',
          unit: 'ops',
          queries: [['sum by (reason) (rate(finito_event_streams_ended_total[5m]))', '{{reason}}']],
        },
        {
          title: 'Messages of exports',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_export_messages_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Exports by how they ended',
          unit: 'short',
          queries: [['sum by (outcome) (increase(finito_exports_ended_total[1h]))', '{{outcome}}']],
        },
        {
          title: 'Sign-ins',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_sign_ins_total[30m]))', '{{outcome}}']],
        },
        {
          title: 'Blocked by the content security policy',
          unit: 'ops',
          queries: [['sum by (directive) (rate(finito_csp_reports_total[30m]))', '{{directive}}']],
        },
      ],
    },
  ],
};
