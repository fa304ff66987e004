import { GoogleError, invalidArgument, notFound } from '../google-error.ts';
import type { Label, LabelSettings } from '../mailbox/labels.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { Call, Method, Result } from './method.ts';

export const labelMethods: Method[] = [
  {
    name: 'labels.list',
    route: 'GET labels',
    run: ({ mailbox }) => ({ labels: [...mailbox.labels.values()] }),
  },
  {
    name: 'labels.get',
    route: 'GET labels/:',
    run: (call) => {
      const label = labelOf(call);
      return { ...label, ...call.mailbox.countsOf(label.id) };
    },
  },
  { name: 'labels.create', route: 'POST labels', run: createLabel },
  { name: 'labels.update', route: 'PUT labels/:', run: changeLabel },
  { name: 'labels.update', route: 'PATCH labels/:', run: changeLabel },
  { name: 'labels.delete', route: 'DELETE labels/:', run: deleteLabel },
];

function labelOf({ mailbox, ids }: Call): Label {
  const label = mailbox.labels.get(ids[0] ?? '');
  if (!label) throw notFound();
  return label;
}

function ownLabelOf(call: Call): Label {
  const label = labelOf(call);
  if (label.type === 'system') throw invalidArgument('Invalid label: system labels cannot be changed');
  return label;
}

function createLabel({ mailbox, body }: Call): Result {
  const { name, ...settings } = settingsOf(body);
  if (name === undefined) throw invalidArgument('Invalid label name');
  checkName(mailbox, name, undefined);
  return mailbox.createLabel({
    name,
    messageListVisibility: 'show',
    labelListVisibility: 'labelShow',
    ...settings,
  });
}

function changeLabel(call: Call): Result {
  const label = ownLabelOf(call);
  const settings = settingsOf(call.body);
  if (settings.name !== undefined) checkName(call.mailbox, settings.name, label.id);
  return call.mailbox.changeLabel(label.id, settings);
}

function deleteLabel(call: Call): Result {
  call.mailbox.removeLabel(ownLabelOf(call).id);
  return undefined;
}

function checkName(mailbox: Mailbox, name: string, ownId: string | undefined): void {
  if (name.trim() === '' || name.length > 225) throw invalidArgument('Invalid label name');
  const other = mailbox.labelNamed(name);
  if (other && other.id !== ownId) throw new GoogleError(409, 'aborted', 'Label name exists or conflicts');
}

function settingsOf(body: Record<string, unknown>): Partial<LabelSettings> {
  const text = (key: string) => (typeof body[key] === 'string' ? { [key]: body[key] } : {});
  const color = body['color'];
  return {
    ...text('name'),
    ...text('messageListVisibility'),
    ...text('labelListVisibility'),
    ...(typeof color === 'object' && color !== null && { color }),
  };
}
