import { invalidArgument } from '../google-error.ts';
import { strings } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const watchMethods: Method[] = [
  { name: 'watch', route: 'POST watch', run: watch },
  {
    name: 'stop',
    route: 'POST stop',
    run: ({ mailbox, watches }) => {
      watches.stop(mailbox);
      return undefined;
    },
  },
];

function watch({ mailbox, watches, body }: Call): Result {
  const topic = body['topicName'];
  if (typeof topic !== 'string' || !/^projects\/[^/]+\/topics\/[^/]+$/.test(topic)) {
    throw invalidArgument('Invalid topicName does not match projects/{project}/topics/*');
  }
  const { historyId, expiresAt } = watches.start(mailbox, {
    topic,
    labelIds: strings(body['labelIds']),
    excludes: /^exclude$/i.test(String(body['labelFilterBehavior'] ?? body['labelFilterAction'] ?? '')),
  });
  return { historyId, expiration: String(expiresAt) };
}
