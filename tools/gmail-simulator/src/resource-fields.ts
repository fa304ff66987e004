// What Gmail's resources are made of, as far as a mask can name it: Google refuses a mask with a name
// that the answer cannot have, and so a misspelt one is found here and not in production.
import type { Mask } from './fields-mask.ts';
import { badRequest } from './google-error.ts';

interface Fields {
  [name: string]: true | (() => Fields);
}

const flat = (...names: string[]): Fields => Object.fromEntries(names.map((name) => [name, true]));

const part = (): Fields => ({
  ...flat('partId', 'mimeType', 'filename'),
  headers: () => flat('name', 'value'),
  body: () => flat('attachmentId', 'size', 'data'),
  parts: part,
});
const message = (): Fields => ({
  ...flat('id', 'threadId', 'labelIds', 'snippet', 'historyId', 'internalDate', 'sizeEstimate', 'raw'),
  payload: part,
  classificationLabelValues: () => flat('labelId'),
});
const thread = (): Fields => ({ ...flat('id', 'snippet', 'historyId'), messages: message });
const label = (): Fields => ({
  ...flat('id', 'name', 'type', 'messageListVisibility', 'labelListVisibility'),
  ...flat('messagesTotal', 'messagesUnread', 'threadsTotal', 'threadsUnread'),
  color: () => flat('textColor', 'backgroundColor'),
});
const draft = (): Fields => ({ ...flat('id'), message });
const change = (): Fields => ({ ...flat('labelIds'), message });
const record = (): Fields => ({
  ...flat('id'),
  messages: message,
  messagesAdded: change,
  messagesDeleted: change,
  labelsAdded: change,
  labelsRemoved: change,
});
const page = flat('nextPageToken', 'resultSizeEstimate');

const answers: Record<string, () => Fields> = {
  getProfile: () => flat('emailAddress', 'messagesTotal', 'threadsTotal', 'historyId'),
  watch: () => flat('historyId', 'expiration'),
  'messages.list': () => ({ ...page, messages: message }),
  'messages.attachments.get': () => flat('attachmentId', 'size', 'data'),
  'threads.list': () => ({ ...page, threads: thread }),
  'labels.list': () => ({ labels: label }),
  'drafts.list': () => ({ ...page, drafts: draft }),
  'drafts.send': message,
  'history.list': () => ({ ...flat('nextPageToken', 'historyId'), history: record }),
};
const resources: Record<string, () => Fields> = {
  messages: message,
  threads: thread,
  labels: label,
  drafts: draft,
};

/** @throws GoogleError 400 at the first name that the method's answer does not have. */
export function checkMask(method: string, mask: Mask | null): void {
  const fields = answers[method] ?? resources[method.split('.')[0]!];
  if (!mask || !fields || checked.get(mask)?.has(method)) return;
  check(mask, fields());
  checked.set(mask, new Set(checked.get(mask)).add(method));
}

// A mask is parsed once, so it need not be walked for every call either.
const checked = new WeakMap<Mask, Set<string>>();

function check(mask: Mask, fields: Fields): void {
  for (const [name, inner] of mask) {
    if (name === '*') continue;
    const field = fields[name];
    if (field === undefined || (field === true && inner !== null)) {
      throw badRequest(`Invalid field selection ${name}`);
    }
    if (inner !== null && field !== true) check(inner, field());
  }
}
