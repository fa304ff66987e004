import type { Mailbox } from '@finito/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, errorInWords } from '../shared/api.ts';
import { Icon } from '../shared/icon.tsx';
import type { IconName } from '../shared/icon.tsx';
import { DisconnectDialog } from './disconnect-dialog.tsx';
import { FailureList } from './failure-list.tsx';

export function MailboxDetails({ mailbox }: { mailbox: Mailbox }) {
  const { emailAddress, progress } = mailbox;
  const facts: [string, number][] = [
    ['Stored', progress.stored],
    ['Still to fetch', progress.pending],
    ['Gone in the meantime', progress.gone],
    ['Failed', progress.failed],
  ];
  return (
    <div className="mailbox-details">
      <p className="mailbox-address">{emailAddress}</p>
      <dl className="facts">
        {facts.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
      <Actions mailbox={mailbox} />
      {progress.failed > 0 && <FailureList mailboxId={mailbox.id} />}
    </div>
  );
}

function Actions({ mailbox }: { mailbox: Mailbox }) {
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const { id, paused } = mailbox;
  const act = useMutation({
    mutationFn: (action: 'sync' | 'pause' | 'resume'): Promise<unknown> => {
      if (action === 'sync') return api.startSync({ body: { mailboxId: id } });
      const input = { params: { id } };
      return action === 'pause' ? api.pauseMailbox(input) : api.resumeMailbox(input);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['mailboxes'] }),
  });
  const button = (action: 'sync' | 'pause' | 'resume', icon: IconName, words: string) => (
    <button
      type="button"
      className="button"
      disabled={act.isPending || (paused && action === 'sync')}
      onClick={() => act.mutate(action)}
    >
      <Icon name={icon} />
      {words}
    </button>
  );
  return (
    <>
      <div className="buttons">
        {button('sync', 'refresh', 'Look now')}
        {paused ? button('resume', 'play', 'Go on') : button('pause', 'pause', 'Pause')}
        <button type="button" className="button button-quiet" onClick={() => dialog.current?.showModal()}>
          Disconnect…
        </button>
      </div>
      {act.isError && (
        <p className="notice notice-warning" role="alert">
          {errorInWords(act.error)}
        </p>
      )}
      <DisconnectDialog ref={dialog} mailbox={mailbox} />
    </>
  );
}
