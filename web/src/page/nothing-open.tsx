import { Icon } from '../shared/icon.tsx';

const keys = [
  ['j', 'next message'],
  ['k', 'previous message'],
  ['o', 'open it'],
  ['u', 'back to the list'],
  ['e', 'archive'],
  ['#', 'move to the bin'],
  ['s', 'star'],
  ['/', 'search'],
] as const;

export function NothingOpen() {
  return (
    <div className="nothing-open">
      <Icon name="mail" />
      <p>Choose a message to read it here.</p>
      <dl className="keys" aria-label="Keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
