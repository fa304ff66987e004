// From an HTTP request to its answer: OAuth, the Gmail API, batches, and the simulator's own control.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { runBatch } from './batch.ts';
import type { TruthRow } from './compare-with-truth.ts';
import { consentPage } from './consent-page.ts';
import { answerCall } from './gmail-api.ts';
import type { ApiAnswer, ApiNeeds, Change } from './gmail-api.ts';
import { fault } from './faults.ts';
import { GoogleError } from './google-error.ts';
import type { Mailbox, MessageSource } from './mailbox.ts';
import { OAuthError } from './oauth.ts';
import type { OAuth } from './oauth.ts';

export interface HandlerNeeds extends Omit<ApiNeeds, 'accountOf'> {
  accounts: Map<string, Mailbox>;
  oauth: OAuth;
  certificates: unknown;
  batchEnabled: boolean;
  /** Parts of one batch that run at once. */
  concurrency: number;
  truth: (email: string) => TruthRow[];
  onChange: (change: Change) => void;
  deliver: (email: string, message: MessageSource) => string;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  body: string;
}

export function createRequestHandler(needs: HandlerNeeds) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    handle(needs, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      json(response, 500, { error: { code: 500, message: String(error), status: 'INTERNAL' } });
    });
  };
}

async function handle(
  needs: HandlerNeeds,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const exchange = { request, response, url, body: await bodyOf(request) };
  if (url.pathname.startsWith('/gmail/')) return gmail(needs, exchange);
  if (url.pathname.startsWith('/batch')) return batch(needs, exchange);
  if (url.pathname.startsWith('/_sim/')) return control(needs, exchange);
  try {
    await oauth(needs, exchange);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    json(response, error.status, { error: error.code, error_description: error.message });
  }
}

async function gmail(needs: HandlerNeeds, { request, response, url, body }: Exchange): Promise<void> {
  const user = needs.oauth.accountOf(request.headers.authorization)?.emailAddress ?? 'nobody';
  let leave = () => {};
  let answer: ApiAnswer;
  try {
    leave = needs.quota.enter(user);
    answer = await answerCall(
      { ...needs, accountOf: needs.oauth.accountOf },
      { verb: request.method ?? 'GET', url, authorization: request.headers.authorization, body },
      needs.onChange,
    );
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    answer = { status: error.status, body: JSON.stringify(error.body()), headers: error.headers };
  } finally {
    leave();
  }
  send(request, response, answer);
}

async function batch(needs: HandlerNeeds, { request, response, body }: Exchange): Promise<void> {
  if (!needs.batchEnabled)
    return json(response, 404, { error: { code: 404, message: 'Not Found', status: 'NOT_FOUND' } });
  const { authorization } = request.headers;
  const user = needs.oauth.accountOf(authorization)?.emailAddress ?? 'nobody';
  const run = async (verb: string, path: string, partBody: string) => {
    const leave = needs.quota.enter(user);
    try {
      const call = { verb, url: new URL(path, 'http://simulator'), authorization, body: partBody };
      return await answerCall({ ...needs, accountOf: needs.oauth.accountOf }, call, needs.onChange);
    } finally {
      leave();
    }
  };
  const guarded = (...call: Parameters<typeof run>) =>
    run(...call).catch((error: unknown) => {
      if (!(error instanceof GoogleError)) throw error;
      return { status: error.status, body: JSON.stringify(error.body()), headers: error.headers };
    });
  try {
    const answer = await runBatch(request.headers['content-type'] ?? '', body, {
      concurrency: needs.concurrency,
      run: guarded,
    });
    send(request, response, {
      status: 200,
      body: answer.body,
      headers: { 'content-type': answer.contentType },
    });
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    json(response, error.status, error.body());
  }
}

async function oauth(needs: HandlerNeeds, { request, response, url, body }: Exchange): Promise<void> {
  const route = `${request.method} ${url.pathname}`;
  if (route === 'GET /o/oauth2/v2/auth') {
    needs.oauth.authorizeRequest(url.searchParams);
    const accounts = [...needs.accounts.values()].map(({ emailAddress, name, messages }) => ({
      emailAddress,
      name,
      count: messages.size,
    }));
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(consentPage(url.searchParams.toString(), accounts));
    return;
  }
  if (route === 'POST /o/oauth2/v2/auth') {
    const account = new URLSearchParams(body).get('account');
    response.writeHead(302, { location: needs.oauth.answer(url.searchParams, account || null) }).end();
    return;
  }
  if (route === 'POST /token') {
    const met = needs.faults.meet({ method: 'token', user: '', path: url.pathname });
    if (met?.status) return json(response, met.status, { error: met.reason ?? 'temporarily_unavailable' });
    return json(response, 200, await needs.oauth.token(new URLSearchParams(body)));
  }
  if (route === 'POST /revoke') {
    needs.oauth.revoke(new URLSearchParams(body).get('token') ?? url.searchParams.get('token') ?? '');
    return json(response, 200, {});
  }
  if (url.pathname === '/v1/userinfo') {
    const account = needs.oauth.accountOf(request.headers.authorization);
    if (!account)
      return json(response, 401, { error: 'invalid_request', error_description: 'Invalid Credentials' });
    const { subject, emailAddress, name } = account;
    return json(response, 200, { sub: subject, email: emailAddress, email_verified: true, name });
  }
  if (url.pathname === '/oauth2/v3/certs') return json(response, 200, needs.certificates);
  json(response, 404, { error: { code: 404, message: 'Not Found', status: 'NOT_FOUND' } });
}

function control(needs: HandlerNeeds, { request, response, url, body }: Exchange): void {
  const route = `${request.method} ${url.pathname.slice('/_sim'.length)}`;
  const email = url.searchParams.get('user') ?? [...needs.accounts.keys()][0] ?? '';
  switch (route) {
    case 'GET /report': {
      let fetchedTwice = 0;
      for (const { messages } of needs.accounts.values()) {
        for (const { served } of messages.values()) fetchedTwice += Math.max(0, served - 1);
      }
      return json(response, 200, { ...needs.quota.report, fetchedTwice });
    }
    case 'POST /reset':
      needs.quota.reset();
      for (const { messages } of needs.accounts.values())
        for (const message of messages.values()) message.served = 0;
      return json(response, 200, {});
    case 'POST /faults': {
      const parsed = fault.safeParse(JSON.parse(body || '{}'));
      if (!parsed.success) return json(response, 400, { faults: parsed.error.issues });
      needs.faults.inject(parsed.data);
      return json(response, 200, {});
    }
    case 'DELETE /faults':
      needs.faults.clear();
      return json(response, 200, {});
    case 'GET /truth':
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      return void response.end(
        needs
          .truth(email)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      );
    case 'POST /deliver':
      return json(response, 200, { id: needs.deliver(email, { raw: Buffer.from(body) }) });
    default:
      return json(response, 404, { error: 'no such control' });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers, effect }: ApiAnswer,
): void {
  if (effect?.hang) return;
  const wantsGzip =
    /gzip/.test(String(request.headers['accept-encoding'])) &&
    /gzip/i.test(String(request.headers['user-agent']));
  const text = effect?.truncateJson ? body.slice(0, body.length / 2) : body;
  const bytes = wantsGzip && text.length > 500 ? gzipSync(text, { level: 1 }) : Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    ...headers,
    ...(bytes.length !== Buffer.byteLength(text) && { 'content-encoding': 'gzip' }),
    'content-length': bytes.length,
  });
  if (effect?.resetMidBody) {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    return;
  }
  response.end(status === 204 ? undefined : bytes);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
