import { gmail as googleapisGmail, auth } from '@googleapis/gmail';
import { createGmail } from '@finito/gmail';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { sum } from '../../bench/kit/rows.ts';

const email = 'anybody@example.com';

/** Calls that reached Gmail, per call that was asked of our client. */
export function amplification({ calls, share, breaker }: { calls: number; share: number; breaker: boolean }) {
  return withTrouble(share, async (simulator) => {
    const gmail = createGmail({
      apiUrl: simulator.url,
      concurrency: 20,
      // How long a retry waits changes the time of this, not the count.
      backoffMs: 5,
      // Neither a share nor a number in a row that can be reached opens it.
      ...(!breaker && { breaker: { errorThresholdPercentage: 101, volumeThreshold: Infinity } }),
    });
    const { accessToken } = simulator.issueTokens(email);
    const mailbox = gmail.mailbox({ getAccessToken: () => accessToken });
    // Each asks when its last call has ended, as programs do.
    const askers = Array.from({ length: 20 }, async () => {
      for (let asked = 0; asked < calls / 20; asked += 1) await mailbox.getProfile().catch(() => undefined);
    });
    await Promise.all(askers);
    await gmail.close();
    return sum(simulator.report().calls) / calls;
  });
}

/** The same of the package that most programs use. */
export function amplificationOfGaxios(calls: number): Promise<number> {
  return withTrouble(1, async (simulator) => {
    const client = new auth.OAuth2();
    client.setCredentials({ access_token: simulator.issueTokens(email).accessToken });
    const api = googleapisGmail({ version: 'v1', auth: client, rootUrl: `${simulator.url}/` });
    await Promise.allSettled(Array.from({ length: calls }, () => api.users.getProfile({ userId: 'me' })));
    return sum(simulator.report().calls) / calls;
  });
}

async function withTrouble<T>(share: number, work: (simulator: GmailSimulator) => Promise<T>): Promise<T> {
  const simulator = await startGmailSimulator({
    quotaEnforced: false,
    accounts: [{ emailAddress: email, name: 'Anybody', messages: [] }],
  });
  try {
    simulator.inject({ match: { rate: share }, effect: { status: 503 } });
    return await work(simulator);
  } finally {
    await simulator.close();
  }
}
