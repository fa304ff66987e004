import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { AddressRefusedError, isPublicAddress, lookupPublic } from './public-addresses.ts';

export interface SignedMessage {
  url: string;
  /** `whsec_` and base64, as it was shown to the receiver. */
  secret: string;
  eventId: string;
  body: string;
}

export interface WebhookSender {
  /** Resolves to the status of the answer; a redirect is not followed. @throws what a socket throws, AddressRefusedError */
  send(message: SignedMessage, signal: AbortSignal): Promise<number>;
  close(): void;
}

const timeoutMs = 10_000;

/**
 * Sends events signed as Standard Webhooks has it. The address that a host resolves to is checked in the moment of
 * connecting; `allowPrivate` lets it be of any kind, and lets the URL be of plain HTTP.
 */
export function createWebhookSender({
  allowPrivate,
  now = Date.now,
}: {
  allowPrivate: boolean;
  now?: () => number;
}): WebhookSender {
  const options = { keepAlive: true, maxSockets: 16, maxFreeSockets: 8, timeout: timeoutMs };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };

  return {
    send({ url: text, secret, eventId, body }, signal) {
      const url = new URL(text);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const isPlain = url.protocol === 'http:';
      // An address is not looked up, so it is judged here.
      if (!allowPrivate && (isPlain || (isIP(host) > 0 && !isPublicAddress(host)))) {
        return Promise.reject(new AddressRefusedError('the URL is not one of the public internet'));
      }
      return post(url, {
        body,
        headers: signedHeaders({ secret, eventId, body, seconds: Math.floor(now() / 1_000) }),
        agent: isPlain ? agents.http : agents.https,
        lookup: allowPrivate ? undefined : lookupPublic,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function signedHeaders({ secret, eventId, body, seconds }: SigningInput): Record<string, string | number> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${eventId}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Finito-Mail-Webhook/1',
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
}

interface SigningInput {
  secret: string;
  eventId: string;
  body: string;
  seconds: number;
}

interface PostOptions {
  body: string;
  headers: Record<string, string | number>;
  agent: HttpAgent | HttpsAgent;
  lookup: typeof lookupPublic | undefined;
  signal: AbortSignal;
}

function post(url: URL, { body, lookup, ...options }: PostOptions): Promise<number> {
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', ...options, ...(lookup && { lookup }) }, (response) => {
      resolve(response.statusCode ?? 0);
      // What the receiver says besides is of no interest: a short answer is read, so that its connection serves again.
      let left = 16_384;
      response.on('data', (piece: Buffer) => {
        left -= piece.length;
        if (left < 0) response.destroy();
      });
      response.on('error', () => undefined);
    });
    request.on('error', reject);
    request.end(body);
  });
}
