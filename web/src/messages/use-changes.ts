import { useQueryClient } from '@tanstack/react-query';
import type { EmailSummary } from '@finito/api';
import { useEffect, useMemo, useState } from 'react';
import { api, errorInWords } from '../shared/api.ts';
import { changed, changeInWords, wayBack } from './changes.ts';
import type { ChangeAction } from './changes.ts';
import { putMessage } from './put-message.ts';
import { createReadMarks } from './read-marks.ts';

export interface Toast {
  words: string;
  undo?: () => void;
}

export interface Changes {
  change(message: EmailSummary, action: ChangeAction): void;
  /** Quietly. */
  markRead(message: EmailSummary): void;
  toast: Toast | null;
}

const toastMs = 7_000;

/** What the reader does shows at once; when the gateway refuses it, it is taken back and said. */
export function useChanges(): Changes {
  const client = useQueryClient();
  const [toast, setToast] = useState<Toast | null>(null);

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(null), toastMs);
    return () => clearTimeout(timer);
  }, [toast]);

  const actions = useMemo(() => {
    function refused(before: EmailSummary, after: EmailSummary, error: unknown): void {
      putMessage(client, after, before);
      setToast({ words: `That was not done. ${errorInWords(error)}` });
    }

    async function carryOut(before: EmailSummary, steps: ChangeAction[]): Promise<void> {
      const after = steps.reduce(changed, before);
      putMessage(client, before, after);
      try {
        for (const action of steps) await api.bulkAction({ body: { messageIds: [before.id], action } });
      } catch (error) {
        refused(before, after, error);
      }
    }

    const marks = createReadMarks({
      send: (messages) =>
        api.bulkAction({ body: { messageIds: messages.map(({ id }) => id), action: 'read' } }),
      onRefused: (messages, error) => {
        for (const message of messages) refused(message, changed(message, 'read'), error);
      },
    });

    return {
      change(message: EmailSummary, action: ChangeAction): void {
        if (action === 'unread') marks.forget(message.id);
        void marks.flush();
        void carryOut(message, [action]);
        const words = changeInWords(action);
        if (words === '') return;
        const undo = () => {
          setToast(null);
          void carryOut(changed(message, action), wayBack(message, action));
        };
        setToast({ words, undo });
      },
      markRead(message: EmailSummary): void {
        putMessage(client, message, changed(message, 'read'));
        marks.add(message);
      },
      marks,
    };
  }, [client]);

  useEffect(() => {
    const flush = () => void actions.marks.flush();
    document.addEventListener('visibilitychange', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      flush();
    };
  }, [actions]);

  return { ...actions, toast };
}
