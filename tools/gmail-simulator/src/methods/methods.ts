// The methods of the Gmail API, found by verb and path.
import { draftMethods } from './drafts.ts';
import { historyMethods } from './history.ts';
import { labelMethods } from './labels.ts';
import { messageReads } from './messages.ts';
import { messageWrites } from './message-writes.ts';
import type { Method } from './method.ts';
import { threadMethods } from './threads.ts';
import { watchMethods } from './watch.ts';

const methods: Method[] = [
  {
    name: 'getProfile',
    route: 'GET profile',
    run: ({ mailbox }) => ({
      emailAddress: mailbox.emailAddress,
      messagesTotal: mailbox.messages.size,
      threadsTotal: mailbox.threads.members.size,
      historyId: String(mailbox.log.newestId()),
    }),
  },
  ...messageReads,
  ...messageWrites,
  ...threadMethods,
  ...labelMethods,
  ...historyMethods,
  ...draftMethods,
  ...watchMethods,
];

const byRoute = new Map(methods.map((method) => [method.route, method]));

export interface Found {
  method: Method;
  userId: string;
  ids: string[];
}

/** `undefined`: the Gmail API has no such method, or the simulator does not. */
export function findMethod(verb: string, path: string): Found | undefined {
  const match = /^\/(?:upload\/)?gmail\/v1\/users\/([^/]+)\/(.+)$/.exec(path);
  if (!match) return undefined;
  const [, userId = '', rest = ''] = match;
  const steps = rest.split('/');
  // `messages/send` before `messages/:`.
  for (const places of [[], [1], [1, 3]]) {
    const pattern = steps.map((step, at) => (places.includes(at) ? ':' : step)).join('/');
    const method = byRoute.get(`${verb} ${pattern}`);
    if (method) return { method, userId: decoded(userId), ids: places.map((at) => decoded(steps[at]!)) };
  }
  return undefined;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
