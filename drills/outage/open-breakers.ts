import type { Fleet } from '../kit/fleet.ts';

/** Of each worker, the breakers that are not closed there, as its metrics tell. */
export function openBreakers(fleet: Fleet): Promise<string[][]> {
  return Promise.all(
    fleet.of('gmail-worker').map(async ({ adminUrl }) => {
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith('finito_gmail_breaker_state{') && !line.endsWith(' 0'));
    }),
  );
}
