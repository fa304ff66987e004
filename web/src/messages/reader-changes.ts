import type { QueryClient } from '@tanstack/react-query';
import type { BulkActionBody, EmailSummary } from '@finito/api';
import { errorInWords } from '../shared/api.ts';
import { changed, changeInWords, wayBack } from './changes.ts';
import type { ChangeAction } from './changes.ts';
import { ownChangesOf } from './own-changes.ts';
import { putMessage } from './put-message.ts';
import { createReadMarks } from './read-marks.ts';

export interface Toast {
  words: string;
  undo?: () => void;
}

export interface ReaderChangesOptions {
  client: QueryClient;
  send: (body: BulkActionBody) => Promise<unknown>;
  say: (toast: Toast | null) => void;
}

/** What the reader does shows at once; when the gateway refuses it, it is taken back and said. */
export function createReaderChanges({ client, send, say }: ReaderChangesOptions) {
  const own = ownChangesOf(client);

  /** Shows it; call what it returns with the outcome. */
  function show(before: EmailSummary, after: EmailSummary) {
    const done = own.begin(after);
    putMessage(client, before, after);
    return {
      done,
      refused(error: unknown): void {
        own.forget(after.id);
        putMessage(client, after, before);
        say({ words: `That was not done. ${errorInWords(error)}` });
      },
    };
  }

  async function carryOut(before: EmailSummary, steps: ChangeAction[]): Promise<void> {
    const shown = show(before, steps.reduce(changed, before));
    try {
      for (const action of steps) await send({ messageIds: [before.id], action });
      shown.done();
    } catch (error) {
      shown.refused(error);
    }
  }

  const readMarks = createReadMarks<ReturnType<typeof show>>({
    send: (ids) => send({ messageIds: ids, action: 'read' }),
    onDone: (shown) => shown.done(),
    onRefused: (shown, error) => shown.refused(error),
  });

  return {
    change(message: EmailSummary, action: ChangeAction): void {
      if (action === 'unread') readMarks.forget(message.id);
      // In the order in which the reader did it.
      void readMarks.flush();
      void carryOut(message, [action]);
      const words = changeInWords(action);
      if (words === '') return;
      const undo = () => {
        say(null);
        void carryOut(changed(message, action), wayBack(message, action));
      };
      say({ words, undo });
    },
    /** Quietly. */
    markRead(message: EmailSummary): void {
      readMarks.add(message.id, show(message, changed(message, 'read')));
    },
    /** Nothing is kept back any longer: the reader goes. */
    flush: readMarks.flush,
  };
}
