// The cheapest way to tell Gmail about label changes: what was changed to and fro is told once, and
// many messages that change alike are one batchModify (50 units) instead of a modify each (5). Pure.
import type { LabelEntry } from '@finito/db';

export interface Push {
  /** In one batchModify when there is more than one. */
  ids: string[];
  add: string[];
  remove: string[];
  units: number;
}

export interface PushPrices {
  'messages.modify': number;
  'messages.batchModify': number;
}

/** Gmail's limit. */
const maxBatch = 1_000;

/** The last word on each label of each message counts; entries are in the order in which they were made. */
export function planPushes(entries: readonly LabelEntry[], prices: PushPrices): Push[] {
  const words = new Map<string, Map<string, boolean>>();
  for (const { ids, add, remove } of entries) {
    for (const id of ids) {
      const labels = words.get(id) ?? new Map<string, boolean>();
      words.set(id, labels);
      for (const label of add) labels.set(label, true);
      for (const label of remove) labels.set(label, false);
    }
  }
  const alike = new Map<string, { ids: string[]; add: string[]; remove: string[] }>();
  for (const [id, labels] of words) {
    const of = (added: boolean) =>
      [...labels].flatMap(([label, isAdded]) => (isAdded === added ? [label] : [])).sort();
    const change = { add: of(true), remove: of(false) };
    const key = JSON.stringify(change);
    const group = alike.get(key);
    if (group) group.ids.push(id);
    else alike.set(key, { ids: [id], ...change });
  }
  return [...alike.values()].flatMap((group) => cut(group, prices));
}

function cut(group: { ids: string[]; add: string[]; remove: string[] }, prices: PushPrices): Push[] {
  const pushes: Push[] = [];
  for (let start = 0; start < group.ids.length; start += maxBatch) {
    const ids = group.ids.slice(start, start + maxBatch);
    const oneByOne = ids.length * prices['messages.modify'];
    if (ids.length > 1 && prices['messages.batchModify'] < oneByOne) {
      pushes.push({ ...group, ids, units: prices['messages.batchModify'] });
    } else {
      pushes.push(...ids.map((id) => ({ ...group, ids: [id], units: prices['messages.modify'] })));
    }
  }
  return pushes;
}
