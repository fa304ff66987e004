/** What a listed message must match; all that is given must hold. */
export interface EmailFilter {
  /** One of the user's, instead of all. */
  mailboxId?: string;
  /** Gmail's ids of labels that the message carries. */
  labelIds?: string[];
  withoutLabelIds?: string[];
  /** Names of labels, as people type them: `label:receipts`. */
  labelNames?: string[];
  /** Words and "quoted phrases", as Postgres' websearch_to_tsquery reads them. */
  text?: string;
  from?: string[];
  to?: string[];
  subject?: string[];
  hasAttachment?: boolean;
  after?: Date;
  before?: Date;
}

/** A place in the order of lists: received, then id, then mailbox. */
export interface EmailPosition {
  receivedAt: Date;
  gmailId: string;
  mailboxId: string;
}

/**
 * One page, newest first. Each mailbox gives its own newest rows from the index on (mailbox, received, id), and those
 * few are merged: what it costs does not depend on how many messages there are. Each is named by its id, so that the
 * planner looks at its one partition of sixteen: joined to the table of mailboxes it looked at all, which took six times
 * as long as the query. `columns` speak of the table as `e`.
 */
export function emailListSql(
  mailboxIds: readonly [string, ...string[]],
  columns: string,
  { filter, after, limit }: { filter: EmailFilter; after?: EmailPosition; limit: number },
): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const below = after
    ? [
        `(e.received_at, e.gmail_id, e.mailbox_id) < (${value(after.receivedAt, 'timestamptz')}, ` +
          `${value(after.gmailId, 'text')}, ${value(after.mailboxId, 'text')})`,
      ]
    : [];
  const conditions = ['e.deleted_at IS NULL', ...below, ...matches(filter, value)].join(' AND ');
  const rows = value(limit, 'int');
  const newestOf = mailboxIds.map(
    (id) => `(SELECT ${columns} FROM emails e WHERE e.mailbox_id = ${value(id, 'text')} AND ${conditions}
      ORDER BY e.received_at DESC, e.gmail_id DESC LIMIT ${rows})`,
  );
  const sql = `SELECT e.* FROM (${newestOf.join(' UNION ALL ')}) e
    ORDER BY e."receivedAt" DESC, e."gmailId" DESC, e."mailboxId" DESC LIMIT ${rows}`;
  return { sql, values };
}

function matches(filter: EmailFilter, value: (given: unknown, type: string) => string): string[] {
  const like = (column: string, part: string) => `${column} ILIKE ${value(`%${escaped(part)}%`, 'text')}`;
  const given = <T>(found: T | undefined, condition: (found: T) => string) =>
    found === undefined ? [] : [condition(found)];
  return [
    ...given(filter.labelIds, (ids) => `e.label_ids @> ${value(ids, 'text[]')}`),
    ...given(filter.withoutLabelIds, (ids) => `NOT e.label_ids && ${value(ids, 'text[]')}`),
    ...(filter.labelNames ?? []).map(
      (name) =>
        `EXISTS (SELECT 1 FROM labels l WHERE l.mailbox_id = e.mailbox_id AND l.gmail_id = ANY(e.label_ids)
           AND lower(replace(l.name, ' ', '-')) = lower(replace(${value(name, 'text')}, ' ', '-')))`,
    ),
    ...given(filter.text, (text) => `e.search @@ websearch_to_tsquery('simple', ${value(text, 'text')})`),
    ...(filter.from ?? []).map((part) => `(${like('e.from_name', part)} OR ${like('e.from_address', part)})`),
    ...(filter.to ?? []).map((part) => like('e.recipients::text', part)),
    ...(filter.subject ?? []).map((part) => like('e.subject', part)),
    ...given(filter.hasAttachment, (has) => `e.has_attachments = ${value(has, 'bool')}`),
    ...given(filter.after, (date) => `e.received_at >= ${value(date, 'timestamptz')}`),
    ...given(filter.before, (date) => `e.received_at < ${value(date, 'timestamptz')}`),
  ];
}

const escaped = (part: string) => part.replace(/[\\%_]/g, (sign) => `\\${sign}`);
