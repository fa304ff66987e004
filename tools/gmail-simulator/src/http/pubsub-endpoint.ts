// Pub/Sub's REST API: https://docs.cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { jsonBody } from '../gmail-api.ts';
import { badRequest, GoogleError, notFound, unauthenticated } from '../google-error.ts';
import type { PubSub } from '../pubsub.ts';
import { sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';

const subscriptionBody = z.object({
  topic: z.string().regex(/^projects\/[^/]+\/topics\/[^/]+$/),
  ackDeadlineSeconds: z.int().min(10).max(600).optional(),
  pushConfig: z
    .object({
      pushEndpoint: z.url().optional(),
      oidcToken: z.object({ serviceAccountEmail: z.string(), audience: z.string().optional() }).optional(),
    })
    .optional(),
});
const pullBody = z.object({ maxMessages: z.int().positive(), returnImmediately: z.boolean().default(false) });
const ackBody = z.object({ ackIds: z.array(z.string()) });
const extendBody = ackBody.extend({ ackDeadlineSeconds: z.int().min(0).max(600) });

/** `false`: this is no address of Pub/Sub's. */
export async function pubsubEndpoint(pubsub: PubSub, exchange: Exchange): Promise<boolean> {
  const match = /^\/v1\/(projects\/[^/]+\/(?:topics|subscriptions)\/[^/:]+)(?::(\w+))?$/.exec(
    exchange.url.pathname,
  );
  if (!match) return false;
  const [, name = '', action] = match;
  try {
    // Who asks is not checked: the token comes from a service account, which the simulator knows nothing of.
    if (!/^Bearer \S/i.test(exchange.request.headers.authorization ?? '')) throw unauthenticated();
    sendJson(exchange.response, 200, await answer(pubsub, name, action, exchange));
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    sendJson(exchange.response, error.status, error.body());
  }
  return true;
}

async function answer(pubsub: PubSub, name: string, action: string | undefined, exchange: Exchange) {
  const { request, body } = exchange;
  if (name.includes('/topics/')) return { name };
  if (action === undefined && request.method === 'PUT') return subscribe(pubsub, name, body);
  if (!pubsub.has(name)) throw notFound();
  switch (`${request.method} ${action ?? ''}`) {
    case 'GET ':
      return { name };
    case 'DELETE ':
      pubsub.unsubscribe(name);
      return {};
    case 'POST pull':
      return pull(pubsub, name, exchange);
    case 'POST acknowledge':
      pubsub.acknowledge(name, parsed(ackBody, body).ackIds);
      return {};
    case 'POST modifyAckDeadline': {
      const { ackIds, ackDeadlineSeconds } = parsed(extendBody, body);
      pubsub.extend(name, ackIds, ackDeadlineSeconds);
      return {};
    }
    default:
      throw notFound();
  }
}

function subscribe(pubsub: PubSub, name: string, body: Buffer) {
  const { topic, pushConfig, ackDeadlineSeconds } = parsed(subscriptionBody, body);
  const { pushEndpoint, oidcToken } = pushConfig ?? {};
  pubsub.subscribe(name, { topic, pushEndpoint, ...oidcToken, ackDeadlineSeconds });
  return { name, topic, pushConfig: pushConfig ?? {}, ackDeadlineSeconds: ackDeadlineSeconds ?? 10 };
}

// As long as Google holds an empty pull, about; one that is answered at once would be asked again at once.
const pullWaitMs = 5_000;
const lookEveryMs = 25;

async function pull(pubsub: PubSub, name: string, { response, body }: Exchange) {
  const { maxMessages, returnImmediately } = parsed(pullBody, body);
  const end = Date.now() + (returnImmediately ? 0 : pullWaitMs);
  for (;;) {
    const receivedMessages = pubsub.pull(name, maxMessages);
    if (receivedMessages.length > 0) return { receivedMessages };
    if (Date.now() >= end || response.closed) return {};
    await sleep(lookEveryMs);
  }
}

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  const result = schema.safeParse(jsonBody(body));
  if (!result.success) throw badRequest(z.prettifyError(result.error));
  return result.data;
}
