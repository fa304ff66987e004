// Load as a process of its own: neither the simulator nor whoever measures may slow it down. Is told on its standard
// input what to ask, asks until SIGTERM, and says then in one line what came of it.
import { json } from 'node:stream/consumers';
import { quantile } from '../../bench/kit/http-load.ts';
import { startLoad } from './load.ts';
import type { LoadOrder, LoadOutcome } from './load-from.ts';

const { origin, perSecond, requests } = (await json(process.stdin)) as LoadOrder;
const { load, stop } = startLoad(origin, {
  perSecond,
  requestOf: (index) => requests[index % requests.length]!,
});
const startedAt = performance.now();
console.log('asking');
process.once('SIGTERM', () => {
  const seconds = (performance.now() - startedAt) / 1_000;
  void stop().then(() => {
    const kinds = Object.entries(load.timesMs).map(([kind, times]) => {
      return [kind, { count: times.length, medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }];
    });
    const { sent, failures } = load;
    const outcome: LoadOutcome = {
      ...{ sent, seconds, failed: failures.length, failures: failures.slice(0, 50) },
      kinds: Object.fromEntries(kinds) as LoadOutcome['kinds'],
    };
    console.log(JSON.stringify(outcome));
  });
});
