import type { Label, Mailbox, Me } from '@finito/api';
import { useQuery } from '@tanstack/react-query';
import { useLive } from '../live/use-live.ts';
import type { LiveState } from '../live/live-connection.ts';
import { filterOf } from '../messages/message-queries.ts';
import { api } from '../shared/api.ts';
import { FolderList } from './folder-list.tsx';
import { Header } from './header.tsx';
import { Panes } from './panes.tsx';
import { usePlace } from './use-place.ts';

const noLabels: readonly Label[] = [];
const noMailboxes: readonly Mailbox[] = [];

export function MailPage({ me }: { me: Me }) {
  const place = usePlace();
  const live = useLive();
  const mailboxes = useMailboxes(live);
  const labels = useLabels();
  return (
    <div className={place.messageId === null ? 'mail' : 'mail has-message'}>
      <a className="skip" href="#messages">
        Skip to messages
      </a>
      <Header me={me} place={place} live={live} />
      <FolderList me={me} place={place} labels={labels} mailboxes={mailboxes} />
      <Panes key={JSON.stringify(filterOf(place))} place={place} labels={labels} mailboxes={mailboxes} />
    </div>
  );
}

/** Progress comes with events; only while none can come is it asked for. */
function useMailboxes(live: LiveState): readonly Mailbox[] {
  const { data } = useQuery({
    queryKey: ['mailboxes'],
    queryFn: ({ signal }) => api.listMailboxes({}, signal),
    refetchInterval: live === 'live' ? 60_000 : 10_000,
  });
  return data?.items ?? noMailboxes;
}

function useLabels(): readonly Label[] {
  const { data } = useQuery({ queryKey: ['labels'], queryFn: ({ signal }) => api.listLabels({}, signal) });
  return data?.items ?? noLabels;
}
