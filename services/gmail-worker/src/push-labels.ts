// Tells Gmail the label changes of a mailbox's outbox. Twice or after a crash: adding a label that is
// there, or removing one that is not, changes nothing. What Gmail refuses for good is undone here by
// reading Gmail's own labels: its word wins.
import type { LabelEntry } from '@finito/db';
import { GmailNotFoundError } from '@finito/gmail';
import type { QuotaLane } from '@finito/quota';
import { isRefusedForGood } from './is-refused-for-good.ts';
import { planPushes } from './push-plan.ts';
import type { Push } from './push-plan.ts';
import type { PushNeeds } from './push-changes.ts';
import type { Slice } from './slice.ts';

/** Of one slice; a bulk action over thousands of messages is one entry. */
const maxEntries = 200;
/** Gmail was away all that time: the change is given up and undone. */
const maxAgeMs = 24 * 3_600_000;
const lane: QuotaLane = 'write';

/** False when the slice ended before all were told. */
export async function pushLabels(needs: PushNeeds, slice: Slice): Promise<boolean> {
  const { db, metrics, profile } = needs;
  const { mailboxId } = slice.lease;
  const entries = await db.outboxWork.labelEntries(mailboxId, maxEntries);
  const told = new Set<string>();
  const refused = new Set<string>();
  let ended: unknown;
  for (const push of planPushes(entries, profile.units)) {
    if (slice.isOver() || ended !== undefined) break;
    try {
      for (const id of await pushAll(needs, slice, push, entries)) refused.add(id);
      for (const id of push.ids) told.add(id);
    } catch (error) {
      ended = error;
    }
  }
  const isTold = ({ ids }: LabelEntry) => ids.every((id) => told.has(id));
  const isRefused = ({ ids }: LabelEntry) => ids.some((id) => refused.has(id));
  const done = entries.filter(isTold);
  const failed = done.filter(isRefused);
  const idsOf = (some: LabelEntry[]) => some.map(({ id }) => id);
  await db.outboxWork.settle(slice.lease, idsOf(done.filter((entry) => !isRefused(entry))), {});
  await db.outboxWork.settle(slice.lease, idsOf(failed), { failed: 'refused' });
  metrics.pushed('labels', 'done', done.length - failed.length);
  metrics.pushed('labels', 'failed', failed.length);
  // What was told is settled, so that under a short quota each slice gets further.
  if (ended !== undefined) throw ended;
  return done.length === entries.length && entries.length < maxEntries;
}

/** Returns the ids whose change was refused and undone. */
async function pushAll(
  needs: PushNeeds,
  slice: Slice,
  push: Push,
  entries: readonly LabelEntry[],
): Promise<string[]> {
  const { profile } = needs;
  try {
    const method = push.ids.length > 1 ? 'messages.batchModify' : 'messages.modify';
    await slice.charged({ units: push.units, lane, method }, () => tell(slice, push));
    return [];
  } catch (error) {
    const isOld = entries.some(
      ({ ids, ageMs }) => ageMs > maxAgeMs && ids.some((id) => push.ids.includes(id)),
    );
    if (!isRefusedForGood(error) && !isOld) throw error;
    const [id] = push.ids;
    if (push.ids.length === 1 && id) return undo(needs, slice, id);
    // Gmail does not say which one it was.
    const refused: string[] = [];
    for (const each of push.ids) {
      const alone = { ...push, ids: [each], units: profile.units['messages.modify'] };
      refused.push(...(await pushAll(needs, slice, alone, entries)));
    }
    return refused;
  }
}

async function tell({ gmail, signal }: Slice, { ids, add, remove }: Push): Promise<void> {
  const change = { addLabelIds: add, removeLabelIds: remove };
  const [id] = ids;
  if (ids.length > 1) return gmail.batchModify(ids, change, signal);
  if (id) await gmail.modifyMessage(id, change, signal);
}

/** Reads what Gmail holds. A message that it no longer has is gone here too. */
async function undo(needs: PushNeeds, slice: Slice, gmailId: string): Promise<string[]> {
  const { db, profile } = needs;
  try {
    await slice.charged({ units: profile.units['messages.get'], lane, method: 'messages.get' }, async () => {
      const { labelIds = [], historyId = '0' } = await slice.gmail.getMessage(
        gmailId,
        { format: 'minimal' },
        slice.signal,
      );
      await db.messages.setLabels(slice.lease, gmailId, labelIds, historyId);
    });
    return [gmailId];
  } catch (error) {
    if (!(error instanceof GmailNotFoundError)) throw error;
    const { sync, lease } = slice;
    const gone = { kind: 'deleted' as const, historyId: '0', gmailId };
    await db.history.apply(lease, sync.generation, [gone], sync.historyId ?? '0');
    return [];
  }
}
