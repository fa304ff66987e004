// Whether Gmail's notifications would arrive: the names are right, the route is open to Google and to nobody else, and
// what the rows say of the last days.
import { Client } from 'pg';
import { bad, expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

export async function pubsubChecks(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const topic = env['GMAIL_PUBSUB_TOPIC'];
  if (!topic) {
    return [
      notAsked(
        'Gmail tells of changes',
        'GMAIL_PUBSUB_TOPIC is not set: mailboxes are asked every minute instead.',
      ),
    ];
  }
  return [
    named('GMAIL_PUBSUB_TOPIC', topic, 'topics'),
    ...deliveryOf(env),
    ...(env['GMAIL_PUSH_SERVICE_ACCOUNT'] ? await pushChecks(env) : []),
    ...(env['DATABASE_URL'] ? await watchChecks(env['DATABASE_URL']) : []),
  ];
}

function named(setting: string, value: string, kind: 'topics' | 'subscriptions'): Finding {
  return expectThat(
    `${setting} is a whole name`,
    new RegExp(`^projects/[a-z][a-z0-9:.-]{4,}/${kind}/[A-Za-z][\\w.~+%-]{2,}$`).test(value),
    {
      read: value,
      advice: `It has to be projects/<project>/${kind}/<name>, of the project of the OAuth client.`,
    },
  );
}

function deliveryOf(env: NodeJS.ProcessEnv): Finding[] {
  const subscription = env['GMAIL_PUBSUB_SUBSCRIPTION'];
  if (subscription) return [named('GMAIL_PUBSUB_SUBSCRIPTION', subscription, 'subscriptions')];
  if (env['GMAIL_PUSH_SERVICE_ACCOUNT']) return [];
  return [
    bad(
      'notifications are delivered',
      'neither way is set',
      'Set GMAIL_PUSH_SERVICE_ACCOUNT (push to /api/gmail/push) or GMAIL_PUBSUB_SUBSCRIPTION (pull).',
    ),
  ];
}

async function pushChecks(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const account = env['GMAIL_PUSH_SERVICE_ACCOUNT']!;
  const publicUrl = env['PUBLIC_URL'] || 'http://localhost:3001';
  const route = `${new URL(publicUrl).origin}/api/gmail/push`;
  const findings = [
    expectThat('GMAIL_PUSH_SERVICE_ACCOUNT is an address', /^[^@\s]+@[^@\s]+\.[a-z]+$/.test(account), {
      read: 'read',
      advice: 'The service account of the push subscription, …@….iam.gserviceaccount.com',
    }),
    expectThat('Google can reach the route', publicUrl.startsWith('https:'), {
      read: route,
      advice: 'Pub/Sub pushes to public https addresses only; without one, pull (GMAIL_PUBSUB_SUBSCRIPTION).',
    }),
  ];
  try {
    const { status } = await fetch(route, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(5_000),
    });
    findings.push(
      status === 404
        ? bad(
            'the route is there',
            '404',
            'The gateway runs without GMAIL_PUSH_SERVICE_ACCOUNT: set it there too.',
          )
        : expectThat('the route refuses whoever is not Google', status === 401 || status === 403, {
            read: String(status),
            advice: 'Something before the gateway answers in its place.',
          }),
    );
  } catch {
    findings.push(
      bad('the route is there', 'no answer', 'Is the gateway running, and PUBLIC_URL its address?'),
    );
  }
  return findings;
}

async function watchChecks(databaseUrl: string): Promise<Finding[]> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ live: number; watched: number; told: number }>(
      `SELECT count(*)::int AS live, (count(*) FILTER (WHERE watch_until > now()))::int AS watched,
         (count(*) FILTER (WHERE notified_at > now() - interval '1 day'))::int AS told
       FROM mailboxes WHERE state = 'live' AND google_subject NOT LIKE 'erased:%'`,
    );
    const { live = 0, watched = 0, told = 0 } = rows[0] ?? {};
    if (live === 0) return [notAsked('Gmail tells of changes', 'No mailbox is live yet.')];
    return [
      watched === live
        ? good('every live mailbox is watched', `${watched} of ${live}`)
        : bad(
            'every live mailbox is watched',
            `${watched} of ${live}`,
            'Gmail refuses the topic: let gmail-api-push@system.gserviceaccount.com publish to it (role Pub/Sub Publisher).',
          ),
      told > 0
        ? good('Gmail told of changes within a day', `${told} mailboxes`)
        : partly(
            'Gmail told of changes within a day',
            'none',
            'A quiet day, or notifications go elsewhere: look at the subscription’s unacked messages in the console.',
          ),
    ];
  } catch {
    return [notAsked('every live mailbox is watched', 'npm run doctor -- postgres')];
  } finally {
    await client.end().catch(() => undefined);
  }
}
