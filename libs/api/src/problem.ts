import { z } from 'zod';

/** Every refusal and failure of the API, as `application/problem+json` (RFC 9457). */
export const problem = z.object({
  /** A stable name, such as `/problems/not-found`; docs/problems.md explains each. */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  /** The request's id, which the server's log also has. */
  instance: z.string().optional(),
  /** What is wrong with the request, field by field. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Problem = z.infer<typeof problem>;
