// What anybody can see of a deployment from outside: headers, policy, limits, closed doors, the clock.
import { connect } from 'node:net';
import { bad, expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

const timeoutMs = 5_000;
const isLoopback = (host: string) => /^(localhost|127\.|\[?::1)/.test(host);

async function ask(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
}

export async function httpChecks(publicUrl: string): Promise<Finding[]> {
  const origin = new URL(publicUrl).origin;
  let page: Response;
  try {
    page = await ask(`${origin}/`);
  } catch (error) {
    const reason = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return [bad(`${origin} answers`, reason, 'Is the gateway running, and PUBLIC_URL its address?')];
  }
  const again = await ask(`${origin}/`);
  return [
    good(`${origin} answers`, String(page.status)),
    transport(origin),
    ...headerChecks(page),
    ...policyChecks(page, again),
    clockCheck(page),
    ...(await limitChecks(origin)),
    ...(await doorChecks(origin)),
    ...(await adminPortChecks(new URL(origin).hostname)),
  ];
}

function transport(origin: string): Finding {
  const what = 'it is reached over https';
  if (origin.startsWith('https:')) return good(what);
  const { hostname } = new URL(origin);
  return isLoopback(hostname)
    ? partly(what, 'this machine only', 'Put a proxy with TLS before it, and set PUBLIC_URL.')
    : bad(what, origin, 'Sessions travel in the clear. Put a proxy with TLS before it.');
}

const wantedHeaders: Record<string, RegExp> = {
  'strict-transport-security': /max-age=(1[5-9]\d{6}|[2-9]\d{7}|\d{9,}).*includeSubDomains/,
  'x-frame-options': /^DENY$/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^strict-origin-when-cross-origin$|^no-referrer$/,
};

function headerChecks({ headers }: Response): Finding[] {
  const wanted = Object.entries(wantedHeaders).map(([name, pattern]) => {
    const value = headers.get(name);
    return expectThat(`the header ${name} protects`, value !== null && pattern.test(value), {
      read: value ?? 'missing',
      advice: 'A proxy before the gateway takes it away or writes another: let it pass.',
    });
  });
  const told = headers.get('x-powered-by');
  const quiet = expectThat('no header tells what it is made of', told === null, {
    read: told ?? 'none',
    advice: 'Take x-powered-by away in the proxy.',
  });
  return [...wanted, quiet];
}

function policyChecks(page: Response, again: Response): Finding[] {
  const policy = page.headers.get('content-security-policy') ?? '';
  const nonceOf = (text: string) => /'nonce-([^']{16,})'/.exec(text)?.[1];
  const [first, second] = [nonceOf(policy), nonceOf(again.headers.get('content-security-policy') ?? '')];
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
  const advice =
    'The page has to come from the gateway: a cache or a proxy before it must not keep or change it.';
  return [
    expectThat('each answer has a nonce of its own', first !== undefined && first !== second, {
      read: first === undefined ? 'no nonce' : first === second ? 'twice the same' : 'two different',
      advice,
    }),
    expectThat(
      'the policy lets only those scripts run that carry it',
      scripts.includes("'strict-dynamic'") && !/unsafe-eval|unsafe-inline|\*/.test(scripts),
      { read: scripts || 'none', advice },
    ),
    expectThat('the policy closes base-uri, object-src and frame-ancestors', closes(policy), {
      read: policy === '' ? 'no policy' : 'read',
      advice,
    }),
  ];
}

const closes = (policy: string) =>
  ['base-uri', 'object-src', 'frame-ancestors'].every((name) => new RegExp(`${name} 'none'`).test(policy));

function clockCheck({ headers }: Response): Finding {
  const there = Date.parse(headers.get('date') ?? '');
  const seconds = Math.abs(there - Date.now()) / 1_000;
  return expectThat('its clock and this one agree', seconds < 5, {
    read: `${seconds.toFixed(1)} s apart`,
    advice: 'Let both take their time from NTP: sessions, quota and rate limits go by it.',
  });
}

async function limitChecks(origin: string): Promise<Finding[]> {
  const what = 'requests are limited, and each counts';
  const remaining = async () => {
    const { headers } = await ask(`${origin}/api/health`);
    return { limit: headers.get('x-ratelimit-limit'), left: headers.get('x-ratelimit-remaining') };
  };
  const [first, second] = [await remaining(), await remaining()];
  if (first.limit === null) {
    return [
      bad(
        what,
        'no X-RateLimit headers',
        'RATELIMIT_DISABLED is on, or NODE_ENV is development: neither in production.',
      ),
    ];
  }
  return [
    expectThat(what, Number(second.left) < Number(first.left) || Number(second.left) === 0, {
      read: `${first.limit} a minute, ${first.left} then ${second.left} left`,
      advice: 'Gateways that count for themselves: is Redis there (docs/runbook.md, "Redis lost")?',
    }),
  ];
}

async function doorChecks(origin: string): Promise<Finding[]> {
  const doors = [
    '/api/health',
    '/api/logs/client-events?admin=true',
    '/api/admin/rate-limits',
    '/api/mailboxes',
  ];
  return Promise.all(
    doors.map(async (path) => {
      const { status } = await ask(origin + path);
      return expectThat(`${path} is closed without a key`, [401, 403, 429].includes(status), {
        read: String(status),
        advice: 'Something before the gateway adds a key, or answers in its place.',
      });
    }),
  );
}

async function adminPortChecks(host: string): Promise<Finding[]> {
  const what = 'the admin ports cannot be reached from outside';
  if (isLoopback(host)) return [notAsked(what, 'Ask from another machine, with the public PUBLIC_URL.')];
  const open: number[] = [];
  for (const port of [9101, 9102, 9103]) if (await isOpen(host, port)) open.push(port);
  return [
    expectThat(what, open.length === 0, {
      read: open.length === 0 ? 'closed' : `open: ${open.join(', ')}`,
      advice: 'They show metrics without a login. Close them in the firewall, or set ADMIN_HOST=127.0.0.1.',
    }),
  ];
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_500 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}
