// What can be made to go wrong, one fault at a time: which calls it meets, and what they get.
import { z } from 'zod';

export const fault = z.strictObject({
  match: z
    .strictObject({
      /** Gmail's name of a method, such as `messages.get`; `token` for the OAuth token endpoint. */
      method: z.string().optional(),
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
    /** Seconds, an HTTP date, or anything odd, sent as it is. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
    latencyMs: z.number().min(0).max(600_000).optional(),
    resetMidBody: z.boolean().optional(),
    truncateJson: z.boolean().optional(),
    emptyHistoryPage: z.boolean().optional(),
    hang: z.boolean().optional(),
  }),
});

export type Fault = z.input<typeof fault>;
export type FaultEffect = z.output<typeof fault>['effect'];

export function createFaults(seed = 1) {
  let faults: { fault: z.output<typeof fault>; left: number }[] = [];
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    inject(input: Fault): void {
      const parsed = fault.parse(input);
      faults.push({ fault: parsed, left: parsed.match.count ?? Infinity });
    },
    clear(): void {
      faults = [];
    },
    /** The first fault that meets this call, if one does. */
    meet(call: { method: string; user: string; path: string }): FaultEffect | undefined {
      for (const entry of faults) {
        const { method, user, messageId, rate } = entry.fault.match;
        if (entry.left <= 0) continue;
        if (method !== undefined && method !== call.method) continue;
        if (user !== undefined && user !== call.user) continue;
        if (messageId !== undefined && !call.path.includes(messageId)) continue;
        if (random() >= rate) continue;
        entry.left -= 1;
        return entry.fault.effect;
      }
      return undefined;
    },
  };
}
