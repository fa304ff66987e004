/** What a product should hold of a message. */
export interface TruthRow {
  gmailId: string;
  threadId: string;
  labelIds: string[];
  internalDate: number;
}

export interface Comparison {
  equal: boolean;
  missing: string[];
  extra: string[];
  different: { gmailId: string; fields: string[] }[];
}

/** Compares a product's rows with the mailbox, message by message; order and the order of labels do not count. */
export function compareWithTruth(rows: readonly TruthRow[], truth: readonly TruthRow[]): Comparison {
  const found = new Map(rows.map((row) => [row.gmailId, row]));
  const known = new Set(truth.map(({ gmailId }) => gmailId));
  const missing = truth.filter(({ gmailId }) => !found.has(gmailId)).map(({ gmailId }) => gmailId);
  const extra = rows.filter(({ gmailId }) => !known.has(gmailId)).map(({ gmailId }) => gmailId);
  const different = truth.flatMap((right) => {
    const row = found.get(right.gmailId);
    const fields = row ? differences(row, right) : [];
    return fields.length > 0 ? [{ gmailId: right.gmailId, fields }] : [];
  });
  const doubled = rows.length - found.size;
  return {
    equal: missing.length + extra.length + different.length + doubled === 0,
    missing,
    extra,
    different,
  };
}

function differences(row: TruthRow, right: TruthRow): string[] {
  const labels = (ids: string[]) => [...ids].sort().join(' ');
  return [
    ...(row.threadId === right.threadId ? [] : ['threadId']),
    ...(row.internalDate === right.internalDate ? [] : ['internalDate']),
    ...(labels(row.labelIds) === labels(right.labelIds) ? [] : ['labelIds']),
  ];
}
