import { z } from 'zod';

/** Text from outside that Postgres and JSON can hold: no NUL, no half of a surrogate pair. */
export function safeText(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'has characters that cannot be stored');
}

/** A moment as ISO 8601 in UTC, such as `2026-11-24T13:00:00.000Z`. */
export const moment = z.iso.datetime();

/** Answers of lists: `nextCursor` is null on the last page and opaque otherwise. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** How a page of a list is asked for. */
export function pageQuery({ defaultLimit, maxLimit }: { defaultLimit: number; maxLimit: number }) {
  return z.strictObject({
    cursor: z.string().min(1).max(512).optional(),
    limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit),
  });
}
