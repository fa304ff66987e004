import { startLoad } from '../kit/load.ts';
import type { Load } from '../kit/load.ts';
import { signIn, untilMailboxIsLive } from '../kit/sign-in.ts';

const perSecond = 20;

export type Reader = Awaited<ReturnType<typeof aReader>>;

/** Somebody who lists and opens mail through the gateway: `during` some work, as long as it takes. */
export async function aReader(gatewayUrl: string, account: string, signal: AbortSignal) {
  const cookie = await signIn(gatewayUrl, account);
  await untilMailboxIsLive(gatewayUrl, cookie, signal);
  const answer = await fetch(`${gatewayUrl}/api/emails`, { headers: { cookie } });
  const { items } = (await answer.json()) as { items: { id: string }[] };
  if (items.length === 0) throw new Error('there is nothing to read');
  const headers = { cookie };
  const requestOf = (index: number) =>
    index % 2 === 0
      ? { kind: 'list', path: '/api/emails?limit=50', headers }
      : { kind: 'message', path: `/api/emails/${items[index % items.length]!.id}`, headers };
  return {
    async during<T>(work: () => Promise<T>): Promise<{ result: T; load: Load }> {
      const { load, stop } = startLoad(gatewayUrl, { perSecond, requestOf });
      try {
        return { result: await work(), load };
      } finally {
        await stop();
      }
    },
  };
}
