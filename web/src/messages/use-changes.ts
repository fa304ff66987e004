import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../shared/api.ts';
import { createReaderChanges } from './reader-changes.ts';
import type { Toast } from './reader-changes.ts';

const toastMs = 7_000;

/** What the reader can do with messages, and what was just done. */
export function useChanges() {
  const client = useQueryClient();
  const [toast, setToast] = useState<Toast | null>(null);
  const changes = useMemo(
    () => createReaderChanges({ client, send: (body) => api.bulkAction({ body }), say: setToast }),
    [client],
  );

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(null), toastMs);
    return () => clearTimeout(timer);
  }, [toast]);

  useEffect(() => {
    const flush = () => void changes.flush();
    document.addEventListener('visibilitychange', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      flush();
    };
  }, [changes]);

  return { changes, toast };
}
