import type { Dashboard } from './dashboard.ts';

/** Is all well? If not, where. */
export const overview: Dashboard = {
  uid: 'finito-overview',
  title: 'Finito Mail: overview',
  rows: [
    {
      title: 'At a glance',
      panels: [
        {
          title: 'Processes down',
          kind: 'number',
          unit: 'short',
          bad: 1,
          queries: [['count(up{job=~"gateway|gmail-worker|telemetry"} == 0) or vector(0)', '']],
        },
        {
          title: 'Errors of the last hour',
          kind: 'number',
          unit: 'percentunit',
          bad: 0.001,
          queries: [['finito:http_error_ratio:rate1h', '']],
        },
        {
          title: 'Requests, p99',
          kind: 'number',
          unit: 's',
          bad: 1,
          queries: [['finito:http_latency_p99:rate5m', '']],
        },
        {
          title: 'Messages unaccounted for',
          kind: 'number',
          unit: 'short',
          bad: 1,
          queries: [['max(finito_sync_unaccounted_messages)', '']],
        },
        {
          title: 'Sync lag, 95 of 100 mailboxes',
          kind: 'number',
          unit: 's',
          bad: 1_800,
          queries: [['max(finito_sync_lag_seconds{share="0.95"})', '']],
        },
        {
          title: 'Alerts',
          kind: 'number',
          unit: 'short',
          bad: 1,
          queries: [['count(ALERTS{alertstate="firing",alertname=~"Finito.*"}) or vector(0)', '']],
        },
      ],
    },
    {
      title: 'Traffic, errors, latency',
      panels: [
        {
          title: 'Requests by status',
          kind: 'stacked',
          unit: 'reqps',
          queries: [['sum by (status) (rate(finito_http_request_duration_seconds_count[5m]))', '{{status}}']],
        },
        {
          title: 'Messages stored',
          unit: 'ops',
          queries: [['sum(rate(finito_sync_messages_stored_total[5m]))', 'messages']],
        },
        {
          title: 'Jobs by how they ended',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_jobs_total[5m]))', '{{outcome}}']],
        },
      ],
    },
    {
      title: 'Queues',
      panels: [
        {
          title: 'Due or being worked on',
          kind: 'stacked',
          about: 'What autoscaling reads.',
          unit: 'short',
          queries: [['finito:queue_backlog:max', '{{queue}}']],
        },
        {
          title: 'Oldest job that waits',
          unit: 's',
          queries: [['finito:queue_oldest_age_seconds:max', '{{queue}}']],
        },
        {
          title: 'Wait and run of jobs, p95',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (le, queue) (rate(finito_job_wait_seconds_bucket[5m])))',
              '{{queue}} waits',
            ],
            [
              'histogram_quantile(0.95, sum by (le, queue) (rate(finito_job_duration_seconds_bucket[5m])))',
              '{{queue}} runs',
            ],
          ],
        },
        {
          title: 'Jobs given up that are kept',
          unit: 'short',
          queries: [['max by (queue) (finito_queue_jobs{state="failed"})', '{{queue}}']],
        },
        {
          title: 'Looks at the queues',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_queue_samples_total[5m]))', '{{outcome}}']],
        },
      ],
    },
    {
      title: 'Redis and Postgres',
      panels: [
        {
          title: 'Redis',
          about: '1: it answers, never evicts, keeps what it acknowledged, could write.',
          unit: 'short',
          queries: [
            ['max(finito_redis_up)', 'answers'],
            ['min by (setting) (finito_redis_setting)', '{{setting}}'],
          ],
        },
        {
          title: 'Memory of Redis',
          unit: 'bytes',
          queries: [['max by (kind) (finito_redis_memory_bytes)', '{{kind}}']],
        },
        {
          title: 'Connections to Postgres',
          kind: 'stacked',
          unit: 'short',
          queries: [['sum by (job, state) (finito_db_connections{state!="free"})', '{{job}} {{state}}']],
        },
        {
          title: 'Queries that wait for a connection',
          unit: 'short',
          queries: [['max by (job, instance) (finito_db_queries_waiting)', '{{job}} {{instance}}']],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU, in cores',
          unit: 'short',
          queries: [['rate(process_cpu_seconds_total[5m])', '{{job}} {{instance}}']],
        },
        {
          title: 'Memory',
          unit: 'bytes',
          queries: [['process_resident_memory_bytes', '{{job}} {{instance}}']],
        },
        {
          title: 'Event loop, p99',
          unit: 's',
          queries: [['nodejs_eventloop_lag_p99_seconds', '{{job}} {{instance}}']],
        },
        {
          title: 'Versions',
          unit: 'short',
          queries: [
            ['count by (service, version, node) (finito_build_info)', '{{service}} {{version}} on {{node}}'],
          ],
        },
      ],
    },
  ],
};
