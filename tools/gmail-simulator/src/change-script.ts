// Somebody else at work on the mailbox: new mail, labels and deletions at a given rate, the same in each
// run of a seed, and never without an end.
import { z } from 'zod';
import type { Mailbox } from './mailbox/mailbox.ts';
import { createRandom } from './random.ts';
import { freshMail } from './sample/fresh-mail.ts';

const share = z.number().min(0).max(1_000_000);

export const changeScript = z.strictObject({
  /** An account's address; default the first. */
  user: z.string().optional(),
  seed: z.int().default(1),
  perSecond: z.number().positive().max(2_000).default(2),
  /** Ends after this many changes. */
  changes: z.int().positive().max(1_000_000).default(100),
  /** Ends after this time, even if changes are left. */
  seconds: z.number().positive().max(3_600).default(600),
  /** How often each happens, in proportion. */
  mix: z
    .strictObject({ deliver: share.default(2), label: share.default(6), delete: share.default(1) })
    .refine(({ deliver, label, delete: remove }) => deliver + label + remove > 0, 'nothing would happen')
    .prefault({}),
});

export type ChangeScript = z.input<typeof changeScript>;

export interface RunningScript {
  /** Changes made until now. */
  counts: { delivered: number; labelled: number; deleted: number };
  isRunning(): boolean;
  stop(): void;
  done: Promise<void>;
}

const tickMs = 20;

export function runChangeScript(mailbox: Mailbox, input: ChangeScript): RunningScript {
  const script = changeScript.parse(input);
  const counts = { delivered: 0, labelled: 0, deleted: 0 };
  const change = changer(mailbox, script, counts);
  const startedAt = performance.now();
  const done = Promise.withResolvers<void>();
  let made = 0;
  let isRunning = true;
  const timer = setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const due = Math.min(script.changes, Math.floor(Math.min(seconds, script.seconds) * script.perSecond));
    for (; made < due; made += 1) change();
    if (made >= script.changes || seconds >= script.seconds) stop();
  }, tickMs);
  function stop(): void {
    clearInterval(timer);
    isRunning = false;
    done.resolve();
  }
  return { counts, stop, isRunning: () => isRunning, done: done.promise };
}

type Counts = RunningScript['counts'];

function changer(mailbox: Mailbox, { seed, mix }: z.output<typeof changeScript>, counts: Counts): () => void {
  const random = createRandom(seed);
  const mail = freshMail(seed);
  return () => {
    const ids = [...mailbox.messages.keys()];
    const roll = random.next() * (mix.deliver + mix.label + mix.delete);
    if (roll < mix.deliver || ids.length === 0) {
      mailbox.add(mail.next().value);
      counts.delivered += 1;
    } else if (roll < mix.deliver + mix.label) {
      const id = random.pick(ids);
      const [add, remove] = labelChange(
        mailbox.messages.get(id)!.labelIds,
        random.pick(['read', 'star', 'archive']),
      );
      mailbox.changeLabels([id], add, remove);
      counts.labelled += 1;
    } else {
      mailbox.remove(random.pick(ids));
      counts.deleted += 1;
    }
  };
}

/** What a person does to a message, or undoes. */
function labelChange(labels: ReadonlySet<string>, act: string): [string[], string[]] {
  const toggle = (label: string): [string[], string[]] => (labels.has(label) ? [[], [label]] : [[label], []]);
  if (act === 'read') return toggle('UNREAD');
  return act === 'star' ? toggle('STARRED') : toggle('INBOX');
}
