import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { fetchMessages } from '../messages/message-queries.ts';
import { connectLive } from './live-connection.ts';
import type { LiveState } from './live-connection.ts';
import { createUpdater } from './updater.ts';

/** Keeps the page up to date while it is shown; says how the connection stands. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const updater = createUpdater({ client, fetchPage: fetchMessages });
    const connection = connectLive({ onEvent: updater.hear, onState: setState });
    return () => {
      connection.close();
      updater.close();
    };
  }, [client]);
  return state;
}
