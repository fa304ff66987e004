// What Postgres says of itself, and what the rows say of sync: nothing lost, nothing overdue, keys in use.
import { pendingMigrations } from '@finito/db';
import { Client } from 'pg';
import { bad, expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

export async function postgresChecks(url: string): Promise<Finding[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 5_000 });
  client.on('error', () => undefined); // the query in hand reports it
  try {
    await client.connect();
    const missing = await pendingMigrations(url);
    if (missing.length > 0) {
      return [
        bad('the schema is the newest', `${missing.length} missing: ${missing[0]}`, 'Run: npm run migrate'),
      ];
    }
    return [
      good('Postgres answers'),
      good('the schema is the newest'),
      ...(await serverChecks(client, url)),
      ...(await syncChecks(client)),
    ];
  } catch (error) {
    return [explained(error as Error & { code?: string }, url)];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function rowOf<Row>(client: Client, sql: string): Promise<Row> {
  return (await client.query(sql)).rows[0] as Row;
}

async function serverChecks(client: Client, url: string): Promise<Finding[]> {
  const server = await rowOf<Record<string, string> & { used: number; most: number; apart: number }>(
    client,
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS commit, current_setting('archive_mode') AS archive,
       (SELECT count(*)::int FROM pg_stat_replication) AS replicas,
       (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
       current_setting('max_connections')::int AS most, coalesce((SELECT ssl::text FROM pg_stat_ssl
         WHERE pid = pg_backend_pid()), 'false') AS ssl,
       extract(epoch FROM clock_timestamp())::float8 * 1000 - ${Date.now()} AS apart`,
  );
  const { hostname } = new URL(url);
  const backedUp = server['archive'] === 'on' || Number(server['replicas']) > 0;
  return [
    expectThat('what is committed is on disk', server['fsync'] === 'on' && server['commit'] !== 'off', {
      read: `fsync ${server['fsync']}, synchronous_commit ${server['commit']}`,
      advice: 'Postgres is the only truth here: set both to on.',
    }),
    expectThat('connections are left', server.used < 0.8 * server.most, {
      read: `${server.used} of ${server.most}`,
      advice:
        'Lower DATABASE_MAX_CONNECTIONS, raise max_connections, or put PgBouncer before it (docs/scaling.md).',
    }),
    backedUp
      ? good('it is archived or replicated', `archive_mode ${server['archive']}`)
      : partly(
          'it is archived or replicated',
          'neither',
          'A nightly dump loses a day: see docs/runbook/backup-and-restore.md.',
        ),
    /^(localhost|127\.|\[::1)/.test(hostname)
      ? notAsked('it is reached over TLS', 'It is on this machine.')
      : expectThat('it is reached over TLS', server['ssl'] === 'true', {
          read: server['ssl'] === 'true' ? 'yes' : 'no',
          advice: 'Put ?sslmode=verify-full at the end of DATABASE_URL.',
        }),
    expectThat('its clock and this one agree', Math.abs(server.apart) < 3_000, {
      read: `${(server.apart / 1_000).toFixed(1)} s apart`,
      advice: 'Leases and due times go by its clock: let it take its time from NTP.',
    }),
  ];
}

async function syncChecks(client: Client): Promise<Finding[]> {
  const sync = await rowOf<{
    mailboxes: number;
    unaccounted: number;
    overdue: number;
    reauth: number;
    unwatched: number;
    watched: number;
  }>(
    client,
    `SELECT count(*)::int AS mailboxes,
       coalesce(sum(abs(listed - stored - gone - failed - pending)), 0)::int AS unaccounted,
       (count(*) FILTER (WHERE state <> 'reauth' AND paused_at IS NULL
         AND due_at < now() - interval '5 minutes'))::int AS overdue,
       (count(*) FILTER (WHERE state = 'reauth'))::int AS reauth,
       (count(*) FILTER (WHERE watch_until < now()))::int AS unwatched,
       (count(*) FILTER (WHERE watch_until IS NOT NULL))::int AS watched
     FROM mailboxes WHERE google_subject NOT LIKE 'erased:%'`,
  );
  return [
    expectThat('every listed message is accounted for', sync.unaccounted === 0, {
      read: `${sync.unaccounted} are not`,
      advice: 'docs/runbook.md, "listed = stored + gone + failed + pending does not hold".',
    }),
    expectThat('no mailbox is overdue', sync.overdue === 0, {
      read: `${sync.overdue} of ${sync.mailboxes} for 5 minutes or more`,
      advice: 'docs/runbook.md, "A mailbox is stuck".',
    }),
    expectThat('consent holds for all but a few', sync.reauth <= 0.1 * sync.mailboxes, {
      read: `${sync.reauth} of ${sync.mailboxes} wait for their owners`,
      advice: 'docs/runbook.md, "Reauth".',
    }),
    sync.watched === 0
      ? notAsked('Gmail’s watches are alive', 'No mailbox is watched: GMAIL_PUBSUB_TOPIC is not set.')
      : expectThat('Gmail’s watches are alive', sync.unwatched === 0, {
          read: `${sync.unwatched} of ${sync.watched} have ended`,
          advice: 'npm run doctor -- pubsub',
        }),
  ];
}

/** What the faults of a connection mean; codes of https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explained({ code = '', message }: Error & { code?: string }, url: string): Finding {
  const { host, pathname, username } = new URL(url);
  const what = `Postgres at ${host} answers`;
  const advice: Record<string, [read: string, advice: string]> = {
    ECONNREFUSED: [
      'nobody listens there',
      'Is it running, and is the port right? A container’s localhost is itself.',
    ],
    ENOTFOUND: [
      'the name is not known',
      'Is the host of DATABASE_URL right, and reachable from this network?',
    ],
    '28P01': [
      `it refuses the password of ${username}`,
      'Put the right one into DATABASE_URL, percent-encoded.',
    ],
    '28000': [
      `it does not let ${username} in`,
      'pg_hba.conf has no line for this user, database and address.',
    ],
    '3D000': [`there is no database ${pathname.slice(1)}`, `Make it: createdb ${pathname.slice(1)}`],
    '53300': [
      'it has no connection left',
      'Lower DATABASE_MAX_CONNECTIONS or raise max_connections (docs/scaling.md).',
    ],
    '42501': [`${username} may not read our tables`, 'Grant it, or migrate as the user of DATABASE_URL.'],
    '57P03': ['it is starting or ending', 'Wait a moment; its log says what it does.'],
  };
  const known = advice[code];
  if (known) return bad(what, ...known);
  if (/SSL|certificate/i.test(message)) {
    return bad(what, 'TLS fails', 'It speaks none, or its certificate is not trusted (NODE_EXTRA_CA_CERTS).');
  }
  return bad(what, code || message.split('\n')[0]!, 'It hangs, or a firewall drops what is sent to it.');
}
