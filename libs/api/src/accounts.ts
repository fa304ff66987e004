import { z } from 'zod';
import { listOf, moment, safeText } from './text.ts';

export const me = z.object({
  id: z.string(),
  emailAddress: z.string(),
  name: z.string(),
  /** How the caller proved who it is. */
  via: z.enum(['session', 'token']),
});

/** What the page offers to somebody who has not signed in. */
export const signInOptions = z.object({
  /** The installation runs on the built-in sample mailbox instead of Google. */
  sampleMailbox: z.boolean(),
});

/** Why a sign-in came back to the page as `/?signin=<fault>`. */
export const signInFault = z.enum(['denied', 'expired', 'scope', 'taken', 'unavailable', 'failed']);

export const tokenBody = z.strictObject({
  name: safeText(100).default(''),
  expiresInDays: z.number().int().min(1).max(3_650).optional(),
});

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: moment,
  expiresAt: moment.nullable(),
});

/** The only time the token itself is shown. */
export const newApiToken = apiToken.extend({ token: z.string() });
export const apiTokenList = listOf(apiToken);

export type Me = z.infer<typeof me>;
export type SignInOptions = z.infer<typeof signInOptions>;
export type SignInFault = z.infer<typeof signInFault>;
export type ApiToken = z.infer<typeof apiToken>;
export type NewApiToken = z.infer<typeof newApiToken>;
