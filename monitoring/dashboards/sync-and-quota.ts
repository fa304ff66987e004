import type { Dashboard } from './dashboard.ts';

/** Is every mailbox in step, as fast as Google lets it be? */
export const syncAndQuota: Dashboard = {
  uid: 'finito-sync',
  title: 'Finito Mail: sync and quota',
  rows: [
    {
      title: 'Mailboxes',
      panels: [
        {
          title: 'By state',
          kind: 'stacked',
          unit: 'short',
          queries: [['max by (state) (finito_mailboxes)', '{{state}}']],
        },
        {
          title: 'That wait, by what for',
          kind: 'stacked',
          unit: 'short',
          queries: [['max by (reason) (finito_mailboxes_waiting)', '{{reason}}']],
        },
        {
          title: 'Since they were last in step',
          unit: 's',
          queries: [['max by (share) (finito_sync_lag_seconds)', 'below: {{share}} of them']],
        },
      ],
    },
    {
      title: 'Messages',
      panels: [
        {
          title: 'Stored, and settled otherwise',
          unit: 'ops',
          queries: [
            ['sum(rate(finito_sync_messages_stored_total[5m]))', 'stored'],
            ['sum by (outcome) (rate(finito_sync_messages_settled_total[5m]))', '{{outcome}}'],
          ],
        },
        {
          title: 'Still to be fetched, and given up',
          unit: 'short',
          queries: [
            ['max(finito_sync_pending_messages)', 'pending'],
            ['max(finito_sync_failed_messages)', 'failed'],
          ],
        },
        {
          title: 'Until all of it is fetched',
          unit: 's',
          queries: [['max(finito_sync_backfills_end_in_seconds)', 'as foreseen']],
        },
        {
          title: 'Unaccounted for, and drift',
          about: 'Both have to be 0. Drift is of the mailbox that was audited last.',
          unit: 'short',
          queries: [
            ['max(finito_sync_unaccounted_messages)', 'unaccounted'],
            ['max(finito_sync_drift_messages)', 'drift'],
          ],
        },
        {
          title: 'From Gmail’s date of a new message to its row',
          unit: 's',
          queries: [0.5, 0.95].map((quantile) => [
            `histogram_quantile(${quantile}, sum by (le) (rate(finito_sync_new_message_delay_seconds_bucket[15m])))`,
            String(quantile),
          ]),
        },
        {
          title: 'Gmail’s notifications',
          unit: 'ops',
          queries: [
            ['sum by (via, outcome) (rate(finito_gmail_notifications_total[5m]))', '{{via}} {{outcome}}'],
          ],
        },
        {
          title: 'From Google’s publishing to us, p95',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (le, via) (rate(finito_gmail_notification_delay_seconds_bucket[15m])))',
              '{{via}}',
            ],
          ],
        },
        {
          title: 'Audits by outcome',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_sync_audits_total[30m]))', '{{outcome}}']],
        },
        {
          title: 'Turns with a mailbox, by how they ended',
          kind: 'stacked',
          unit: 'ops',
          queries: [['sum by (reason) (rate(finito_sync_slices_ended_total[5m]))', '{{reason}}']],
        },
      ],
    },
    {
      title: 'What readers change',
      panels: [
        {
          title: 'Told to Gmail, or given up',
          unit: 'ops',
          queries: [
            ['sum by (kind, outcome) (rate(finito_outbox_settled_total[5m]))', '{{kind}} {{outcome}}'],
          ],
        },
        {
          title: 'Webhooks',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_webhook_sends_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Oldest change that Gmail was not told',
          unit: 's',
          queries: [['max(finito_outbox_oldest_age_seconds)', 'age']],
        },
      ],
    },
    {
      title: 'Quota',
      panels: [
        {
          title: 'Units by lane',
          kind: 'stacked',
          unit: 'short',
          queries: [['60 * finito:quota_units:rate1m', '{{lane}} a minute']],
        },
        {
          title: 'Units by method',
          kind: 'stacked',
          unit: 'short',
          queries: [
            ['60 * sum by (method) (rate(finito_gmail_quota_units_total[5m]))', '{{method}} a minute'],
          ],
        },
        {
          title: 'Free of the project’s quota',
          unit: 'percentunit',
          queries: [['min by (period) (finito_gmail_quota_project_free_ratio)', '{{period}}']],
        },
        {
          title: 'Waits for units, p95',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (le, lane, reason) (rate(finito_gmail_quota_wait_seconds_bucket[5m])))',
              '{{lane}} for {{reason}}',
            ],
          ],
        },
        {
          title: 'What the planner saves',
          about: 'Units of the fetches as planned, of what message by message would cost.',
          unit: 'percentunit',
          queries: [
            [
              '1 - sum(rate(finito_gmail_units_planned_total[30m])) / sum(rate(finito_gmail_units_naive_total[30m]))',
              'saved',
            ],
          ],
        },
        {
          title: 'Refusals by Google, cooldown, users that wait',
          about: 'The ledger is there so that refusals stay 0.',
          unit: 'short',
          queries: [
            ['sum by (scope) (increase(finito_gmail_refusals_total[5m]))', 'refused: {{scope}}'],
            ['max(finito_gmail_quota_cooldown_seconds)', 'cooldown, seconds'],
            ['max(finito_gmail_quota_waiting_users)', 'users that wait'],
          ],
        },
      ],
    },
    {
      title: 'Gmail',
      panels: [
        {
          title: 'Calls by status',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            ['sum by (status) (rate(finito_gmail_request_duration_seconds_count[5m]))', '{{status}}'],
          ],
        },
        {
          title: 'Calls that failed',
          unit: 'percentunit',
          queries: [['finito:gmail_error_ratio:rate5m', 'failed']],
        },
        {
          title: 'Calls, p95',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (le, operation) (rate(finito_gmail_request_duration_seconds_bucket[5m])))',
              '{{operation}}',
            ],
          ],
        },
        {
          title: 'Breakers',
          about: '0 closed, 1 half-open, 2 open.',
          unit: 'short',
          queries: [['max by (class) (finito_gmail_breaker_state)', '{{class}}']],
        },
        {
          title: 'Breakers of the fleet',
          about: 'Workers that decide alone because Redis is away, and calls that try whether Gmail is back.',
          unit: 'short',
          queries: [
            ['count(finito_gmail_breaker_shared == 0) or vector(0)', 'decide alone'],
            [
              'sum by (class, outcome) (increase(finito_gmail_breaker_probes_total[5m]))',
              '{{class}} {{outcome}}',
            ],
          ],
        },
        {
          title: 'Sealed rows by key',
          about: 'A key that seals no more rows can be removed.',
          unit: 'short',
          queries: [['max by (key) (finito_sealed_rows)', '{{key}}']],
        },
        {
          title: 'Refreshes of tokens',
          unit: 'ops',
          queries: [['sum by (outcome) (rate(finito_token_refreshes_total[30m]))', '{{outcome}}']],
        },
        {
          title: 'Until the first watch ends',
          unit: 's',
          queries: [['max(finito_gmail_watch_left_seconds)', 'left']],
        },
      ],
    },
  ],
};
