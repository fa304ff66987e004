import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { until } from '@finito/testing';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, clientOf, email, simulatorWith } from './client.ts';

const topicName = 'projects/p/topics/gmail';
const subscription = 'projects/p/subscriptions/s';

let simulator: GmailSimulator;
beforeEach(async () => {
  simulator = await simulatorWith([aMessage()]);
});
afterEach(() => simulator.close());

async function pubsub(verb: string, path: string, body: object = {}) {
  const headers = { authorization: 'Bearer service-account', 'content-type': 'application/json' };
  const answer = await fetch(`${simulator.url}/v1/${path}`, {
    method: verb,
    headers,
    body: JSON.stringify(body),
  });
  return { status: answer.status, ...((await answer.json()) as { receivedMessages?: Received[] }) };
}

interface Received {
  ackId: string;
  message: { data: string };
}

const dataOf = (data: string) => JSON.parse(Buffer.from(data, 'base64').toString()) as object;

describe('a watched mailbox', () => {
  it('notifies at once and then of changes, to be pulled and acknowledged', async () => {
    const users = clientOf(simulator);
    expect(await pubsub('PUT', subscription, { topic: topicName })).toMatchObject({ status: 200 });
    const { data } = await users.watch({ userId: 'me', requestBody: { topicName, labelIds: ['INBOX'] } });
    expect(Number(data.expiration) - Date.now()).toBeGreaterThan(6 * 24 * 3_600_000);
    const pull = async () =>
      (await pubsub('POST', `${subscription}:pull`, { maxMessages: 10 })).receivedMessages!;
    const [first] = await pull();
    expect(dataOf(first!.message.data)).toEqual({ emailAddress: email, historyId: data.historyId });
    await pubsub('POST', `${subscription}:modifyAckDeadline`, {
      ackIds: [first!.ackId],
      ackDeadlineSeconds: 0,
    });
    const [again] = await pull();
    expect(again!.ackId).toBe(first!.ackId);
    await pubsub('POST', `${subscription}:acknowledge`, { ackIds: [again!.ackId] });
    // At most one a second comes for a user, and the rest is dropped.
    const next = await until(async () => {
      simulator.account(email).deliver(aMessage());
      const now = { maxMessages: 10, returnImmediately: true };
      return (await pubsub('POST', `${subscription}:pull`, now)).receivedMessages;
    });
    expect(next).toHaveLength(1);
  });

  it('a change outside the watched labels, or after stop, is not told', async () => {
    const users = clientOf(simulator);
    await pubsub('PUT', subscription, { topic: topicName });
    const now = { maxMessages: 10, returnImmediately: true };
    const pulled = async () =>
      (await pubsub('POST', `${subscription}:pull`, now)).receivedMessages?.length ?? 0;
    await users.watch({
      userId: 'me',
      requestBody: { topicName, labelIds: ['INBOX'], labelFilterBehavior: 'exclude' },
    });
    expect(await pulled()).toBe(1);
    await users.stop({ userId: 'me' });
    simulator.account(email).deliver(aMessage());
    expect(await pulled()).toBe(0);
    await expect(users.watch({ userId: 'me', requestBody: { topicName: 'gmail' } })).rejects.toMatchObject({
      status: 400,
    });
  });

  it('pushes to a URL with a signed token, and again until it is taken', async () => {
    const pushes: { authorization: string; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        pushes.push({ authorization: request.headers.authorization ?? '', body });
        response.writeHead(pushes.length === 1 ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const pushEndpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/push`;
    const oidcToken = { serviceAccountEmail: 'push@p.iam.gserviceaccount.com', audience: 'finito' };
    await pubsub('PUT', subscription, { topic: topicName, pushConfig: { pushEndpoint, oidcToken } });
    await clientOf(simulator).watch({ userId: 'me', requestBody: { topicName } });
    await until(() => pushes.length === 2);
    const keys = (await (await fetch(simulator.endpoints.GOOGLE_CERTS_URL)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(
      pushes[1]!.authorization.slice('Bearer '.length),
      createLocalJWKSet(keys),
      {
        issuer: 'https://accounts.google.com',
        audience: 'finito',
      },
    );
    expect(payload).toMatchObject({ email: oidcToken.serviceAccountEmail, email_verified: true });
    const { message, ...rest } = JSON.parse(pushes[1]!.body) as { message: { data: string } };
    expect(rest).toEqual({ subscription });
    expect(dataOf(message.data)).toMatchObject({ emailAddress: email });
    expect(simulator.report().pushes).toEqual({ delivered: 1, failed: 1 });
    await new Promise((resolve) => receiver.close(resolve));
  });

  it('nonsense is refused', async () => {
    expect((await pubsub('POST', `${subscription}:pull`, { maxMessages: 1 })).status).toBe(404);
    expect((await pubsub('PUT', subscription, { topic: 'nonsense' })).status).toBe(400);
    expect((await fetch(`${simulator.url}/v1/${subscription}`, { method: 'PUT' })).status).toBe(401);
  });
});
