/** What a listed message must match; all that is given must hold. */
export interface EmailFilter {
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
 * few are merged: what it costs does not depend on how many messages there are. `columns` speak of the table as `e`.
 */
export function emailListSql(
  userId: string,
  columns: string,
  { filter, after, limit }: { filter: EmailFilter; after?: EmailPosition; limit: number },
): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const user = value(userId, 'text');
  const ownMailbox = filter.mailboxId ? `AND m.id = ${value(filter.mailboxId, 'text')}` : '';
  const below = after
    ? [
        `(e.received_at, e.gmail_id, e.mailbox_id) < (${value(after.receivedAt, 'timestamptz')}, ` +
          `${value(after.gmailId, 'text')}, ${value(after.mailboxId, 'text')})`,
      ]
    : [];
  const conditions = ['e.mailbox_id = m.id', 'e.deleted_at IS NULL', ...below, ...matches(filter, value)];
  const rows = value(limit, 'int');
  const sql = `SELECT e.* FROM mailboxes m CROSS JOIN LATERAL (
      SELECT ${columns} FROM emails e WHERE ${conditions.join(' AND ')}
      ORDER BY e.received_at DESC, e.gmail_id DESC LIMIT ${rows}) e
    WHERE m.user_id = ${user} ${ownMailbox} AND m.google_subject NOT LIKE 'erased:%'
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
