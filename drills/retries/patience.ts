// Refusals that name a time, in every form that Google and proxies write it, and in forms that nobody should: when
// does the client's next call leave? The client of each is told to try at once as often as it is refused.
import { createGmail, fetchTransport } from '@finito/gmail';
import type { Transport } from '@finito/gmail';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { Fault, GmailSimulator } from '@finito/gmail-simulator';

export interface Patience {
  name: string;
  /** A form that no server should send. */
  isOdd: boolean;
  isEarly: boolean;
}

interface Case {
  name: string;
  isOdd?: boolean;
  retryAfter: number | string;
  form?: 'seconds' | 'date' | 'text';
  /** The least that must pass before the next call, by RFC 9110 and Google's advice of a second. */
  leastMs: number;
}

const second = 1_000;
/** Dates are written in whole seconds. */
const dateMs = (seconds: number) => (seconds - 1) * second;
const httpDate = (ms: number) => new Date(Date.now() + ms).toUTCString();

const cases = (): Case[] => [
  { name: 'seconds', retryAfter: 2, leastMs: 2 * second },
  { name: 'an HTTP date', retryAfter: 3, form: 'date', leastMs: dateMs(3) },
  { name: 'a time in the text', retryAfter: 2, form: 'text', leastMs: 2 * second },
  ...[
    ['0', second],
    ['-5', second],
    ['1.5', 1.5 * second],
    [' 2 ', 2 * second],
    ['002', 2 * second],
    ['soon', second],
    ['', second],
    ['1e3', second],
    ['2592000', 60 * second],
    ['99999999999999999999', 60 * second],
    [httpDate(-60_000), second],
    [httpDate(40 * 86_400_000), 60 * second],
    ['Sun, 99 Nov 2026 99:99:99 GMT', second],
    ['2, 3', second],
    ['NaN', second],
  ].map(([retryAfter, leastMs]) => ({
    name: `"${retryAfter}"`,
    isOdd: true,
    retryAfter: retryAfter as string,
    leastMs: leastMs as number,
  })),
];

/** A call may leave a little early by two clocks that are rounded. */
const toleranceMs = 5;
const watchedMs = 4_000;

export async function patience(): Promise<Patience[]> {
  const all = cases();
  const emails = all.map((_, index) => `case${index}@example.com`);
  const simulator = await startGmailSimulator({
    quotaEnforced: false,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Case', messages: [] })),
  });
  try {
    return await Promise.all(all.map((each, index) => tried(simulator, emails[index]!, each)));
  } finally {
    await simulator.close();
  }
}

async function tried(simulator: GmailSimulator, email: string, each: Case): Promise<Patience> {
  const { name, isOdd = false, retryAfter, form, leastMs } = each;
  const effect: Fault['effect'] = { status: 429, reason: 'rateLimitExceeded', retryAfter };
  simulator.inject({ match: { user: email, count: 1 }, effect: { ...effect, retryAfterForm: form } });
  const sent: number[] = [];
  const gmail = createGmail({ apiUrl: simulator.url, transport: noted(sent) });
  const { accessToken } = simulator.issueTokens(email);
  const mailbox = gmail.mailbox({ getAccessToken: () => accessToken });
  const endsAt = performance.now() + watchedMs;
  while (sent.length < 2 && performance.now() < endsAt) {
    await mailbox.getProfile().catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
  }
  await gmail.close();
  const [first, second = Infinity] = sent as [number, number?];
  return { name, isOdd, isEarly: second - first < leastMs - toleranceMs };
}

/** Notes when each request leaves. */
function noted(sent: number[]): Transport {
  const transport = fetchTransport();
  return {
    send(request) {
      sent.push(performance.now());
      return transport.send(request);
    },
  };
}
