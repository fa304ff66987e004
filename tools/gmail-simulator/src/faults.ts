// What can be made to go wrong: which calls a fault meets, and what they get.
import { z } from 'zod';
import { createRandom } from './random.ts';

export const fault = z.strictObject({
  match: z
    .strictObject({
      /**
       * Gmail's name of a method, such as `messages.get`; `batch` for the request that holds parts; `token` for
       * OAuth's token endpoint. Absent: every call of the Gmail API and every batch, not OAuth.
       */
      method: z.string().optional(),
      /** An account's address. */
      user: z.string().optional(),
      messageId: z.string().optional(),
      /** Share of the matching calls, 0 to 1. */
      rate: z.number().min(0).max(1).default(1),
      /** Ends after this many. */
      count: z.int().positive().optional(),
    })
    .prefault({}),
  effect: z.strictObject({
    status: z.int().min(400).max(599).optional(),
    reason: z.string().optional(),
    message: z.string().optional(),
    /** Seconds; or any text, which is sent as the header as it is. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
    /** How seconds are said: a header of seconds (the default), of an HTTP date, or a date in the message. */
    retryAfterForm: z.enum(['seconds', 'date', 'text']).optional(),
    latencyMs: z.number().min(0).max(600_000).optional(),
    /** The connection breaks after half of the answer. */
    resetMidBody: z.boolean().optional(),
    /** A 200 with half of its JSON. */
    truncateJson: z.boolean().optional(),
    /** A page of history that announces another and holds nothing. */
    emptyHistoryPage: z.boolean().optional(),
    /** The message or thread is deleted at the moment it is asked for. */
    gone: z.boolean().optional(),
    /** No answer, ever. */
    hang: z.boolean().optional(),
  }),
});

export type Fault = z.input<typeof fault>;
export type FaultEffect = z.output<typeof fault>['effect'];
export type Faults = ReturnType<typeof createFaults>;

export interface MetCall {
  method: string;
  user: string;
  path: string;
}

/** `seed`: which of the matching calls a rate meets is the same in each run. */
export function createFaults(seed = 1) {
  let faults: { fault: z.output<typeof fault>; left: number; met: number }[] = [];
  const random = createRandom(seed);
  return {
    inject(input: Fault): void {
      const parsed = fault.parse(input);
      faults.push({ fault: parsed, left: parsed.match.count ?? Infinity, met: 0 });
    },
    clear(): void {
      faults = [];
    },
    list: () => faults.map(({ fault, met }) => ({ ...fault, met })),
    /** The first fault that meets this call, if one does. */
    meet(call: MetCall): FaultEffect | undefined {
      for (const entry of faults) {
        if (entry.left <= 0 || !isMatch(entry.fault.match, call)) continue;
        if (!random.chance(entry.fault.match.rate)) continue;
        entry.left -= 1;
        entry.met += 1;
        return entry.fault.effect;
      }
      return undefined;
    },
  };
}

function isMatch({ method, user, messageId }: z.output<typeof fault>['match'], call: MetCall): boolean {
  if (method === undefined ? call.method === 'token' : method !== call.method) return false;
  if (user !== undefined && user !== call.user) return false;
  return messageId === undefined || call.path.includes(messageId);
}
