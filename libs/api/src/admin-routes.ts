// The operator's part of the contract: `x-admin-api-key` opens it, no session and no token does.
import { z } from 'zod';
import { breaker, breakerList, breakerName, forceOpenBody } from './breakers.ts';
import { json, none, route } from './describe-route.ts';
import { fleetState, weightBody } from './fleet.ts';
import { queuedJobList, queueJobsQuery, queueList, queueName } from './queues.ts';
import { rateLimitBody, rateLimitId, rateLimitOverride, rateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
import { accepted } from './changes.ts';
import {
  deliveryList,
  deliveryQuery,
  newWebhook,
  webhook,
  webhookBody,
  webhookId,
  webhookList,
} from './webhooks.ts';

const ofBreaker = z.object({ name: breakerName });
const ofWebhook = z.object({ id: webhookId });
const admin = { auth: 'admin-key', rate: 'general' } as const;

export const adminRoutes = {
  listBreakers: route('GET', '/api/admin/breakers', "The fleet's circuit breakers towards Gmail", {
    ...admin,
    answer: json(breakerList),
  }),
  resetBreaker: route('POST', '/api/admin/breakers/:name/reset', 'Close it in every process', {
    ...admin,
    params: ofBreaker,
    answer: json(breaker),
  }),
  forceBreakerOpen: route(
    'POST',
    '/api/admin/breakers/:name/force-open',
    'Call Gmail no more for a while, from no process',
    {
      ...admin,
      params: ofBreaker,
      body: forceOpenBody.default({ forSeconds: 300 }),
      answer: json(breaker),
    },
  ),

  listRateLimits: route('GET', '/api/admin/rate-limits', 'The rate limits and what overrides them', {
    ...admin,
    answer: json(rateLimits),
  }),
  overrideRateLimit: route('POST', '/api/admin/rate-limits', 'Change a rate limit for a while', {
    ...admin,
    body: rateLimitBody,
    answer: json(rateLimitOverride, 201),
  }),
  endRateLimitOverride: route('DELETE', '/api/admin/rate-limits/:id', 'End an override before its time', {
    ...admin,
    params: z.object({ id: rateLimitId }),
    answer: none,
  }),

  getFleet: route('GET', '/api/admin/sync', 'Whether the syncing of all mailboxes is paused', {
    ...admin,
    answer: json(fleetState),
  }),
  pauseFleet: route('POST', '/api/admin/sync/pause', 'Sync no mailbox until resumed', {
    ...admin,
    answer: json(fleetState),
  }),
  resumeFleet: route('POST', '/api/admin/sync/resume', 'Go on syncing', {
    ...admin,
    answer: json(fleetState),
  }),
  setWeight: route('POST', '/api/admin/sync/weights', 'Give a mailbox a larger or smaller share', {
    ...admin,
    body: weightBody,
    answer: none,
  }),

  listQueues: route('GET', '/api/admin/queues', 'What the queues hold', {
    ...admin,
    answer: json(queueList),
  }),
  listQueuedJobs: route('GET', '/api/admin/queues/:name/jobs', 'Jobs of one queue in one state', {
    ...admin,
    params: z.object({ name: queueName }),
    query: queueJobsQuery,
    answer: json(queuedJobList),
  }),

  listWebhooks: route('GET', '/api/admin/webhooks', 'Who is told what happens to mailboxes', {
    ...admin,
    answer: json(webhookList),
  }),
  createWebhook: route('POST', '/api/admin/webhooks', 'Have a server told; shows the signing secret, once', {
    ...admin,
    body: webhookBody,
    answer: json(newWebhook, 201),
  }),
  deleteWebhook: route('DELETE', '/api/admin/webhooks/:id', 'Tell it no more, and forget its deliveries', {
    ...admin,
    params: ofWebhook,
    answer: none,
  }),
  enableWebhook: route(
    'POST',
    '/api/admin/webhooks/:id/enable',
    'Try again at once, also when it was disabled',
    {
      ...admin,
      params: ofWebhook,
      answer: json(webhook),
    },
  ),
  testWebhook: route('POST', '/api/admin/webhooks/:id/test', 'Send an event of the type `ping`', {
    ...admin,
    params: ofWebhook,
    answer: json(accepted, 202),
  }),
  listWebhookDeliveries: route('GET', '/api/admin/webhooks/:id/deliveries', 'What was sent, newest first', {
    ...admin,
    params: ofWebhook,
    query: deliveryQuery,
    answer: json(deliveryList),
  }),
} as const satisfies Record<string, Route>;
