// What the gateway costs: the full stack against bare express, a list of messages against its bare query, thousands of
// event streams on one process.
import type { Kit, Result, Row } from './kit/program.ts';
import { fullStackRows } from './gateway/full-stack.ts';
import { listRows } from './gateway/list.ts';
import { streamRows } from './gateway/streams.ts';

export const options = {
  /** Of each side in a round. */
  requests: 10_000,
  rounds: 15,
  /** In the mailbox that is listed. */
  messages: 100_000,
  /** Event streams. */
  clients: 5_000,
  /** Only the nth part, beginning at 1; 0: all of them. */
  only: 0,
};

export async function benchGateway(kit: Kit): Promise<Result> {
  const parts = [fullStackRows, listRows, streamRows];
  const rows: Row[] = [];
  for (const [index, part] of parts.entries()) {
    if (kit.options['only'] === 0 || kit.options['only'] === index + 1) rows.push(...(await part(kit)));
  }
  return { source: `${kit.options['messages']!.toLocaleString('en')} messages made for the run`, rows };
}
