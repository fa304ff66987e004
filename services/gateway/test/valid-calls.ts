// A call of each route that its owner is answered: a route without one does not compile.
import type { Route, RouteInput, RouteName, Routes } from '@finito/api';
import type { Reader, Target } from './a-reader.ts';

export type Call<R extends Route = Route> = RouteInput<R> & {
  headers?: Record<string, string>;
  /** Of routes whose query is not in the contract. */
  search?: string;
};

type ValidCalls = {
  [Name in RouteName]: (reader: Reader) => Call<Routes[Name]> | Promise<Call<Routes[Name]>>;
};

const override = { rateClass: 'general', requestsPerMinute: 1_000_000, expiresInSeconds: 3_600 } as const;

export const validCalls: ValidCalls = {
  startSignIn: () => ({}),
  async finishSignIn({ consent }) {
    const { cookie, search } = await consent();
    return { search, headers: { cookie } };
  },
  getSignInOptions: () => ({}),
  getMe: () => ({}),
  signOut: () => ({}),
  createToken: () => ({ body: { name: 'script', expiresInDays: 30 } }),
  listTokens: () => ({}),
  revokeToken: ({ tokenId }) => ({ params: { id: tokenId } }),

  listMailboxes: () => ({}),
  disconnectMailbox: ({ mailboxId }) => ({ params: { id: mailboxId } }),
  pauseMailbox: ({ mailboxId }) => ({ params: { id: mailboxId } }),
  resumeMailbox: ({ mailboxId }) => ({ params: { id: mailboxId } }),

  exportMailbox: ({ mailboxId }) => ({ params: { id: mailboxId }, query: { partial: '1' } }),

  startSync: ({ mailboxId }) => ({ body: { mailboxId } }),
  getSync: ({ mailboxId }) => ({ query: { mailboxId } }),
  streamSyncEvents: () => ({}),

  listEmails: ({ mailboxId, mark }) => ({
    query: { mailboxId, label: 'INBOX', q: `subject:${mark}`, limit: 10 },
  }),
  getEmail: ({ emailId }) => ({ params: { id: emailId }, query: { images: '1' } }),
  getEmailDocument: ({ emailId }) => ({ params: { id: emailId }, query: { images: '0' } }),
  getRaw: ({ emailId }) => ({ params: { id: emailId } }),
  getAttachment: ({ emailId }) => ({ params: { id: emailId, attachmentId: '1' } }),
  modifyEmail: ({ emailId }) => ({
    params: { id: emailId },
    body: { addLabelIds: ['STARRED'], removeLabelIds: ['UNREAD'] },
  }),
  bulkAction: ({ emailId }) => ({ body: { messageIds: [emailId], action: 'archive' } }),
  sendEmail: ({ mailboxId, emailId }) => ({
    headers: { 'idempotency-key': 'a-key' },
    body: {
      mailboxId,
      to: [{ name: 'Bob', address: 'bob@example.com' }],
      subject: 'Hello',
      text: 'Hello',
      inReplyTo: emailId,
    },
  }),
  getThread: ({ threadId }) => ({ params: { id: threadId } }),
  listLabels: ({ mailboxId }) => ({ query: { mailboxId } }),

  listFailures: ({ mailboxId }) => ({ query: { mailboxId, limit: 10 } }),
  replayFailures: ({ mailboxId }) => ({ body: { mailboxId } }),

  takeGmailPush: ({ mailboxAddress: emailAddress }) => ({
    body: {
      message: { data: Buffer.from(JSON.stringify({ emailAddress, historyId: '4711' })).toString('base64') },
      subscription: 'projects/p/subscriptions/s',
    },
  }),

  listBreakers: () => ({}),
  resetBreaker: () => ({ params: { name: 'watch' } }),
  forceBreakerOpen: () => ({ params: { name: 'watch' }, body: { forSeconds: 1 } }),
  listRateLimits: () => ({}),
  overrideRateLimit: ({ id }) => ({ body: { ...override, identity: id, reason: 'a test' } }),
  async endRateLimitOverride({ id, admin }) {
    return { params: { id: (await admin.overrideRateLimit({ body: { ...override, identity: id } })).id } };
  },
  getFleet: () => ({}),
  pauseFleet: () => ({}),
  resumeFleet: () => ({}),
  setWeight: ({ mailboxId }) => ({ body: { mailboxId, weight: 2 } }),
  listQueues: () => ({}),
  listQueuedJobs: () => ({ params: { name: 'sync-mailbox' }, query: { state: 'waiting', limit: 10 } }),
  listWebhooks: () => ({}),
  createWebhook: ({ id }) => ({
    body: { url: 'https://hooks.example.com/', events: ['message-stored'], userId: id },
  }),
  deleteWebhook: ofNewWebhook,
  enableWebhook: ofNewWebhook,
  testWebhook: ofNewWebhook,
  async listWebhookDeliveries(reader) {
    return { ...(await ofNewWebhook(reader)), query: { state: 'pending', limit: 10 } };
  },

  getHealth: () => ({}),
  sendClientEvents: () => ({
    body: {
      sessionId: 'a-session',
      events: [
        { type: 'retry', timestamp: 1_764_000_000_000, details: { operation: 'messages.get', latency: 9 } },
      ],
    },
  }),
  getClientEvents: () => ({ query: { admin: 'true' } }),
  sendCspReport: () => ({
    headers: { 'content-type': 'application/csp-report' },
    body: { 'csp-report': { 'effective-directive': 'script-src' } },
  }),
  getOpenApi: () => ({}),
  getDocs: () => ({}),
};

async function ofNewWebhook({ id: userId, admin }: Reader): Promise<{ params: { id: string } }> {
  const { id } = await admin.createWebhook({ body: { url: 'https://hooks.example.com/', userId } });
  return { params: { id } };
}

/** What proves that one may call the route. */
export function proofFor(
  { auth }: Route,
  { authorization }: { authorization: string },
  { keys, pushToken }: Target,
) {
  const proofs: Record<Route['auth'], Record<string, string>> = {
    open: {},
    user: { authorization },
    'health-key': { 'x-health-api-key': keys['health-key'] },
    'admin-key': { 'x-admin-api-key': keys['admin-key'] },
    'google-push': { authorization: pushToken },
  };
  return proofs[auth];
}

interface AnyCall {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  search?: string;
}

export function pathOf({ path }: Route, call: object): string {
  const { params = {}, query = {}, search } = call as AnyCall;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '');
  const parts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return filled + (search ?? (parts.length > 0 ? `?${new URLSearchParams(parts)}` : ''));
}

/** As it stands: nothing is corrected on the way. */
export function requestOf(route: Route, call: object, headers: Record<string, string>): RequestInit {
  const { body, headers: own = {} } = call as AnyCall;
  const isText = typeof body === 'string';
  return {
    method: route.method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...own, ...headers },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  };
}
