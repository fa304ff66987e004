import { useState } from 'react';
import { Icon } from '../shared/icon.tsx';
import { inbox } from './place.ts';
import type { Place } from './place.ts';
import { goTo } from './use-place.ts';

export const searchId = 'search';

const examples = [
  'from:anna',
  'subject:invoice',
  'is:unread',
  'has:attachment',
  'after:2026/01/01',
  '"a phrase"',
];

/** Searches all mail, and the inbox is there again when the words are deleted. */
export function SearchBox({ place }: { place: Place }) {
  const [words, setWords] = useState(place.q);
  const [shown, setShown] = useState(place.q);
  if (shown !== place.q) {
    // The search changed by other ways than this box: back, a link, the inbox.
    setShown(place.q);
    setWords(place.q);
  }

  function search(q: string): void {
    if (q === place.q) return;
    goTo(q === '' ? inbox : { ...inbox, label: null, q });
  }

  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(words.trim());
      }}
    >
      <Icon name="search" />
      <input
        id={searchId}
        type="search"
        name="q"
        value={words}
        maxLength={500}
        placeholder="Search mail"
        aria-label="Search mail"
        aria-describedby="search-help"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => {
          setWords(event.target.value);
          if (event.target.value === '') search('');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <p id="search-help" className="search-help">
        Words, or:{' '}
        {examples.map((example) => (
          <code key={example}>{example}</code>
        ))}
      </p>
    </form>
  );
}
