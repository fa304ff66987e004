import type { Address } from '@finito/api';
import { colourOf, initialsOf } from '../words/people.ts';

/** As many as page.css has. */
const colours = 8;

export function Avatar({ person }: { person: Address }) {
  return (
    <span className={`avatar colour-${colourOf(person, colours)}`} aria-hidden="true">
      {initialsOf(person)}
    </span>
  );
}
