import { ApiError, createApiClient } from '@finito/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Brand } from '../page/brand.tsx';
import { errorInWords, isWorthAnotherTry } from '../shared/api.ts';
import { ClientTelemetry } from './client-telemetry.tsx';
import './admin.css';

/** Telemetry saves its totals every few seconds. */
const refreshMs = 15_000;

/**
 * For whoever runs the installation. The key is typed by a person and stays in the memory of this page alone: it is
 * written nowhere, and gone with a reload.
 */
export function AdminPage() {
  const [key, setKey] = useState<string>();
  const totals = useQuery({
    queryKey: ['admin', key],
    enabled: key !== undefined,
    queryFn: ({ signal }) =>
      createApiClient({ headers: { 'x-admin-api-key': key ?? '' } }).getClientEvents(
        { query: { admin: 'true' } },
        signal,
      ),
    refetchInterval: ({ state }) => state.status === 'success' && refreshMs,
    retry: (failures, error) => isWorthAnotherTry(error) && failures < 4,
    // Not a moment longer than it is shown.
    gcTime: 0,
  });
  if (totals.data === undefined) {
    return <KeyForm isAsking={totals.isFetching} fault={totals.error} onKey={setKey} />;
  }
  return (
    <main className="admin">
      <header className="admin-top">
        <Brand />
        <button type="button" className="button" onClick={() => setKey(undefined)}>
          Forget the key
        </button>
      </header>
      <h1>Client telemetry</h1>
      <p className="admin-lead">What Gmail clients told in the last 24 hours.</p>
      {totals.isError && (
        <p className="notice notice-warning" role="alert">
          These totals are not the newest. {errorInWords(totals.error)}
        </p>
      )}
      <ClientTelemetry told={totals.data} />
    </main>
  );
}

interface KeyFormProps {
  isAsking: boolean;
  fault: Error | null;
  onKey: (key: string) => void;
}

function KeyForm({ isAsking, fault, onKey }: KeyFormProps) {
  const isWrong = fault instanceof ApiError && fault.status === 401;
  return (
    <main className="sign-in">
      <form
        className="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          const key = new FormData(event.currentTarget).get('key');
          if (typeof key === 'string' && key !== '') onKey(key);
        }}
      >
        <h1>
          <Brand />
        </h1>
        <p className="sign-in-lead">For whoever runs this server.</p>
        {fault && (
          <p className="notice notice-warning" role="alert">
            {isWrong ? 'This is not the key.' : errorInWords(fault)}
          </p>
        )}
        <label className="admin-key">
          <span>Admin key</span>
          <input name="key" type="password" autoComplete="off" required autoFocus spellCheck={false} />
        </label>
        <button type="submit" className="button button-primary" aria-busy={isAsking}>
          Show
        </button>
        <p className="sign-in-note">The key stays in this page until it is closed.</p>
      </form>
    </main>
  );
}
