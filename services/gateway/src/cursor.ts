import { z } from 'zod';
import { InvalidRequestError } from './errors.ts';

/** A place in a list as an opaque word. Whoever alters it gets another page of its own list, or a refusal. */
export function cursorFrom(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

const milliseconds = z.number().int().min(-8.64e15).max(8.64e15);
const id = z.string().regex(/^[\w-]{1,64}$/);
const timePlace = z.tuple([milliseconds, id, id]);

/** @throws InvalidRequestError for what `cursorFrom` did not make */
export function timeCursor(cursor: string): { at: Date; gmailId: string; mailboxId: string } {
  const [at, gmailId, mailboxId] = placeIn(cursor, timePlace);
  return { at: new Date(at), gmailId, mailboxId };
}

const idPlace = z.tuple([z.string().regex(/^\d{1,18}$/)]);

/** The same of a list in the order of ids. @throws InvalidRequestError */
export function idCursor(cursor: string): string {
  return placeIn(cursor, idPlace)[0];
}

/** What a list gives: one item more than a page was read, which says whether there is another. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  { item, place }: { item: (row: Row) => Item; place: (row: Row) => readonly (string | number)[] },
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(item), nextCursor: rows.length > limit && last ? cursorFrom(place(last)) : null };
}

function placeIn<Place extends z.ZodType>(cursor: string, place: Place): z.output<Place> {
  const parsed = place.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError([{ path: 'query.cursor', message: 'is not a cursor of this list' }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
