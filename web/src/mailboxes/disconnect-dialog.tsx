import type { Mailbox } from '@finito/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { api, errorInWords } from '../shared/api.ts';

export interface DisconnectDialogProps {
  ref: RefObject<HTMLDialogElement | null>;
  mailbox: Mailbox;
}

export function DisconnectDialog({ ref, mailbox }: DisconnectDialogProps) {
  const client = useQueryClient();
  const disconnect = useMutation({
    mutationFn: () => api.disconnectMailbox({ params: { id: mailbox.id } }),
    onSuccess: async () => {
      ref.current?.close();
      await client.invalidateQueries({ predicate: ({ queryKey: [first] }) => first !== 'me' });
    },
  });
  return (
    <dialog ref={ref} className="dialog" aria-labelledby="disconnect-title">
      <h2 id="disconnect-title">Disconnect this mailbox?</h2>
      <p>
        What is kept here of <b>{mailbox.emailAddress}</b> is erased, and Google is told that we have no
        access any more. Your mail at Gmail stays as it is.
      </p>
      {disconnect.isError && (
        <p className="notice notice-warning" role="alert">
          {errorInWords(disconnect.error)}
        </p>
      )}
      <form method="dialog" className="buttons">
        <button className="button">Keep it</button>
        <button
          type="button"
          className="button button-danger"
          disabled={disconnect.isPending}
          onClick={() => disconnect.mutate()}
        >
          Disconnect and erase
        </button>
      </form>
    </dialog>
  );
}
