import { colourOf } from '../words/people.ts';

const colours = 8;

/** The labels of a message. */
export function Chips({ names }: { names: readonly string[] }) {
  return names.map((name) => (
    <span key={name} className={`chip colour-${colourOf({ name, address: '' }, colours)}`}>
      {name}
    </span>
  ));
}
