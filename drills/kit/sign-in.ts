import { setTimeout as sleep } from 'node:timers/promises';

/** Signs in through the gateway as a browser does, with the simulator's consent; gives the session's cookie. */
export async function signIn(gatewayUrl: string, account: string): Promise<string> {
  const cookies = new Map<string, string>();
  const go = async (url: string) => {
    const headers = { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
    const answer = await fetch(url, { redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value) cookies.set(name, value);
      else if (name !== undefined) cookies.delete(name);
    }
    return locationOf(answer, url);
  };
  const consentPage = await go(`${gatewayUrl}/api/auth/google`);
  const consent = await fetch(consentPage, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ account }),
  });
  const page = await go(locationOf(consent, consentPage));
  if (page.includes('signin=')) throw new Error(`sign-in ended at ${page}`);
  return [...cookies].map((pair) => pair.join('=')).join('; ');
}

function locationOf(answer: Response, from: string): string {
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`${from} answered ${answer.status} and led nowhere`);
  return new URL(location, from).href;
}

/** The mailbox of whoever is signed in, once it is live. */
export async function untilMailboxIsLive(
  gatewayUrl: string,
  cookie: string,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(`${gatewayUrl}/api/mailboxes`, { headers: { cookie } });
    const { items } = (await answer.json()) as {
      items: { id: string; state: string; progress: { pending: number } }[];
    };
    const [mailbox] = items;
    if (mailbox?.state === 'live' && mailbox.progress.pending === 0) return mailbox.id;
    await sleep(200);
  }
}
