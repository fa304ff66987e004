import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, errorInWords } from '../shared/api.ts';
import { inWords } from '../words/progress-words.ts';

/** Enough to see what is wrong; the API has all of them. */
const shown = 20;

export function FailureList({ mailboxId }: { mailboxId: string }) {
  const client = useQueryClient();
  const failures = useQuery({
    queryKey: ['failures', mailboxId],
    queryFn: ({ signal }) => api.listFailures({ query: { mailboxId, limit: shown } }, signal),
    staleTime: 5_000,
  });
  const replay = useMutation({
    mutationFn: () => api.replayFailures({ body: { mailboxId } }),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [first] }) => first === 'failures' || first === 'mailboxes',
      }),
  });
  return (
    <section className="failures" aria-label="Messages that could not be stored">
      <ul>
        {failures.data?.items.map(({ messageId, reason, attempts }) => (
          <li key={messageId}>
            <span>{reason ?? 'No reason is known'}</span>
            <small>{inWords(attempts, 'attempt')}</small>
          </li>
        ))}
      </ul>
      {failures.data?.nextCursor && <p>The last {shown} are shown.</p>}
      {(failures.error ?? replay.error) && (
        <p className="notice notice-warning" role="alert">
          {errorInWords(failures.error ?? replay.error)}
        </p>
      )}
      <button type="button" className="button" disabled={replay.isPending} onClick={() => replay.mutate()}>
        Try them again
      </button>
    </section>
  );
}
