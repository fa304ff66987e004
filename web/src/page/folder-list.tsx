import type { Label, Mailbox, Me } from '@finito/api';
import { routes } from '@finito/api';
import { Icon } from '../shared/icon.tsx';
import { inWords } from '../words/progress-words.ts';
import { Account } from './account.tsx';
import { foldersFrom } from './folders.ts';
import type { Folder } from './folders.ts';
import { isSameList } from './place.ts';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { goTo } from './use-place.ts';

export const foldersId = 'folders';

export interface FolderListProps {
  me: Me;
  place: Place;
  labels: readonly Label[];
  mailboxes: readonly Mailbox[];
}

/** Stands at the side where there is room, and opens over the page (as a popover) where there is not. */
export function FolderList({ me, place, labels, mailboxes }: FolderListProps) {
  const allMail = mailboxes.reduce((sum, { progress }) => sum + progress.stored, 0);
  const { main, categories, own } = foldersFrom(labels, allMail);
  const several = mailboxes.length > 1;
  const addressOf = (id: string | null) =>
    several ? mailboxes.find((mailbox) => mailbox.id === id)?.emailAddress : undefined;
  return (
    <nav id={foldersId} className="folders" popover="auto" aria-label="Folders">
      <Group folders={main} place={place} />
      {several && <Group title="Mailboxes" folders={mailboxes.map(folderOf)} place={place} />}
      {categories.length > 0 && <Group title="Categories" folders={categories} place={place} />}
      {own.length > 0 && <Group title="Labels" folders={own} place={place} hint={addressOf} />}
      <div className="folders-end">
        <a className="folder" href={routes.startSignIn.path}>
          <Icon name="plus" />
          Connect another mailbox
        </a>
        <Account me={me} />
      </div>
    </nav>
  );
}

function folderOf({ id, emailAddress, progress }: Mailbox): Folder {
  return { id: null, mailboxId: id, name: emailAddress, total: progress.stored, unread: 0 };
}

interface GroupProps {
  title?: string;
  folders: readonly Folder[];
  place: Place;
  hint?: (mailboxId: string | null) => string | undefined;
}

function Group({ title, folders, place, hint }: GroupProps) {
  return (
    <section aria-label={title}>
      {title && <h2 className="folders-title">{title}</h2>}
      <ul>
        {folders.map((folder) => (
          <li key={`${folder.mailboxId} ${folder.id}`}>
            <FolderLink folder={folder} place={place} title={hint?.(folder.mailboxId)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FolderLink({ folder, place, title }: { folder: Folder; place: Place; title?: string }) {
  const { id, mailboxId, name, total, unread } = folder;
  const to: Place = { label: id, mailboxId, q: '', messageId: null };
  const go = () => {
    goTo(to);
    document.getElementById(foldersId)?.hidePopover();
  };
  return (
    <PlaceLink
      className={unread > 0 ? 'folder folder-unread' : 'folder'}
      to={to}
      onGo={go}
      title={title}
      aria-current={isSameList(to, place) ? 'page' : undefined}
    >
      <span className="folder-name">{name}</span>
      {total > 0 && (
        <span
          className="folder-count"
          aria-label={
            unread > 0 ? `${inWords(unread, 'unread', 'unread')} of ${total}` : inWords(total, 'message')
          }
        >
          {(unread || total).toLocaleString()}
        </span>
      )}
    </PlaceLink>
  );
}
