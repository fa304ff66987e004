import type { Me } from '@finito/api';
import type { LiveState } from '../live/live-connection.ts';
import { Icon } from '../shared/icon.tsx';
import { Account } from './account.tsx';
import { Brand } from './brand.tsx';
import { foldersId } from './folder-list.tsx';
import { inbox } from './place.ts';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { SearchBox } from './search-box.tsx';
import { goTo } from './use-place.ts';

export function Header({ me, place, live }: { me: Me; place: Place; live: LiveState }) {
  return (
    <header className="top">
      <button
        type="button"
        className="button-icon menu-button"
        popoverTarget={foldersId}
        aria-label="Folders"
      >
        <Icon name="menu" />
      </button>
      <PlaceLink className="home" to={inbox} onGo={() => goTo(inbox)} aria-label="Finito Mail, to the inbox">
        <Brand />
      </PlaceLink>
      <SearchBox place={place} />
      <LiveMark live={live} />
      <Account me={me} />
    </header>
  );
}

/** Silent while all is well. */
function LiveMark({ live }: { live: LiveState }) {
  return (
    <span className={`live live-${live}`} role="status">
      {live === 'lost' && (
        <>
          <Icon name="refresh" />
          <span className="live-words">Reconnecting</span>
        </>
      )}
    </span>
  );
}
