// From an HTTP request to its answer: the Gmail API, batches, OAuth, Pub/Sub, and the simulator's control.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { notFound } from '../google-error.ts';
import type { PubSub } from '../pubsub.ts';
import { controlEndpoint } from './control-endpoint.ts';
import type { ControlNeeds } from './control-endpoint.ts';
import { exchangeOf, sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { batchEndpoint, gmailEndpoint } from './gmail-endpoint.ts';
import type { GmailNeeds } from './gmail-endpoint.ts';
import { oauthEndpoint } from './oauth-endpoint.ts';
import type { OAuthNeeds } from './oauth-endpoint.ts';
import { pubsubEndpoint } from './pubsub-endpoint.ts';

export type HandlerNeeds = Omit<GmailNeeds, 'oauth'> & OAuthNeeds & { pubsub: PubSub; control: ControlNeeds };

export function createRequestHandler(needs: HandlerNeeds) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (isAnsweredToPage(request, response)) return;
    exchangeOf(request, response)
      .then((exchange) => handle(needs, exchange))
      .catch((error: unknown) => {
        // A client that went away while it was sending needs no answer.
        if (response.headersSent || !request.complete) return void response.destroy();
        sendJson(response, 500, { error: { code: 500, message: String(error), status: 'INTERNAL' } });
      });
  };
}

/** As Google's API, this one lets pages of every origin read its answers, `Retry-After` too; asked for leave, it gives it. */
function isAnsweredToPage(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !request.url?.startsWith('/gmail/')) return false;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  response.setHeader('Vary', 'Origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '',
    'Access-Control-Max-Age': '3600',
  });
  response.end();
  return true;
}

async function handle(needs: HandlerNeeds, exchange: Exchange): Promise<void> {
  const path = exchange.url.pathname;
  if (path.startsWith('/gmail/') || path.startsWith('/upload/gmail/')) return gmailEndpoint(needs, exchange);
  if (path === '/batch' || path.startsWith('/batch/')) return batchEndpoint(needs, exchange);
  if (path === '/_sim' || path.startsWith('/_sim/')) return controlEndpoint(needs.control, exchange);
  if (await oauthEndpoint(needs, exchange)) return;
  if (await pubsubEndpoint(needs.pubsub, exchange)) return;
  sendJson(exchange.response, 404, notFound().body());
}
