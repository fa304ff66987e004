// The HTTP contract on one screen. The gateway validates with it, OpenAPI is made of it, the client is typed by it.
import { z } from 'zod';
import { apiTokenList, me, newApiToken, signInOptions, tokenBody } from './accounts.ts';
import { adminRoutes } from './admin-routes.ts';
import { accepted, bulkActionBody, modifyBody, sendBody, sending } from './changes.ts';
import { json, none, redirect, route, stream } from './describe-route.ts';
import {
  emailDetail,
  emailDetailQuery,
  emailList,
  emailListQuery,
  emailQuery,
  failureList,
  failureListQuery,
  labelList,
  replayBody,
  thread,
} from './emails.ts';
import { mailboxId, messageId, threadId } from './ids.ts';
import { exportQuery, mailbox, mailboxList, syncStatusList } from './mailboxes.ts';
import {
  clientEventsBody,
  clientEventsReceipt,
  clientEventsQuery,
  clientEventsSummary,
  cspReportBody,
  healthReport,
  pushBody,
} from './operations.ts';
import type { Route } from './route.ts';

const ofMailbox = z.object({ id: mailboxId });
const ofMessage = z.object({ id: messageId });
const optionalMailbox = z.strictObject({ mailboxId: mailboxId.optional() });
const user = { auth: 'user', rate: 'general' } as const;
const signIn = { auth: 'open', rate: 'auth' } as const;
const sync = { auth: 'user', rate: 'sync' } as const;

export const routes = {
  startSignIn: route('GET', '/api/auth/google', 'Go to Google to sign in or to add a mailbox', {
    ...signIn,
    answer: redirect,
  }),
  finishSignIn: route('GET', '/api/auth/google/callback', 'Come back from Google', {
    ...signIn,
    answer: redirect,
  }),
  getSignInOptions: route('GET', '/api/auth/options', 'What the sign-in page offers', {
    auth: 'open',
    rate: 'general',
    answer: json(signInOptions),
  }),
  getMe: route('GET', '/api/auth/me', 'Who the caller is', { ...user, answer: json(me) }),
  signOut: route('POST', '/api/auth/logout', 'End the session of this browser', { ...signIn, answer: none }),
  createToken: route('POST', '/api/auth/tokens', 'Make a bearer token for the API', {
    auth: 'user',
    rate: 'auth',
    body: tokenBody,
    answer: json(newApiToken, 201),
  }),
  listTokens: route('GET', '/api/auth/tokens', "The caller's bearer tokens", {
    ...user,
    answer: json(apiTokenList),
  }),
  revokeToken: route('DELETE', '/api/auth/tokens/:id', 'Revoke a bearer token', {
    ...user,
    params: z.object({ id: z.string().regex(/^tok_[a-z0-9]{16}$/) }),
    answer: none,
  }),

  listMailboxes: route('GET', '/api/mailboxes', "The caller's mailboxes and their progress", {
    ...user,
    answer: json(mailboxList),
  }),
  disconnectMailbox: route('DELETE', '/api/mailboxes/:id', 'Revoke the access and erase what is kept', {
    ...user,
    params: ofMailbox,
    answer: none,
  }),
  pauseMailbox: route('POST', '/api/mailboxes/:id/pause', 'Fetch nothing until resumed', {
    ...user,
    params: ofMailbox,
    answer: json(mailbox),
  }),
  resumeMailbox: route('POST', '/api/mailboxes/:id/resume', 'Go on fetching', {
    ...user,
    params: ofMailbox,
    answer: json(mailbox),
  }),

  exportMailbox: route('GET', '/api/mailboxes/:id/export', 'All its messages as an mbox, oldest first', {
    ...user,
    params: ofMailbox,
    query: exportQuery,
    answer: stream('application/mbox'),
  }),

  startSync: route('POST', '/api/sync', 'Sync one mailbox, or all, now', {
    ...sync,
    body: optionalMailbox.default({}),
    answer: json(syncStatusList, 202),
  }),
  getSync: route('GET', '/api/sync', 'How the mailboxes stand with Gmail', {
    ...sync,
    query: optionalMailbox,
    answer: json(syncStatusList),
  }),
  streamSyncEvents: route('GET', '/api/sync/events', 'What changes, as it changes', {
    ...sync,
    answer: stream('text/event-stream'),
  }),

  listEmails: route('GET', '/api/emails', 'Messages, newest first', {
    ...user,
    query: emailListQuery,
    answer: json(emailList),
  }),
  getEmail: route(
    'GET',
    '/api/emails/:id',
    'One message with its sanitised content (200, or 202 and Retry-After while it is fetched)',
    {
      ...user,
      params: ofMessage,
      query: emailDetailQuery,
      answer: json(emailDetail),
    },
  ),
  getEmailDocument: route(
    'GET',
    '/api/emails/:id/document',
    'The sanitised content as a page for a sandboxed frame',
    {
      ...user,
      params: ofMessage,
      query: emailQuery,
      answer: stream('text/html'),
    },
  ),
  getRaw: route('GET', '/api/emails/:id/raw', 'The message as it was sent', {
    ...user,
    params: ofMessage,
    answer: stream('message/rfc822'),
  }),
  getAttachment: route('GET', '/api/emails/:id/attachments/:attachmentId', 'The bytes of an attachment', {
    ...user,
    params: z.object({ id: messageId, attachmentId: z.string().regex(/^[\d.]{0,200}$/) }),
    answer: stream('application/octet-stream'),
  }),
  modifyEmail: route('POST', '/api/emails/:id/modify', 'Change the labels of a message', {
    ...user,
    params: ofMessage,
    body: modifyBody,
    answer: json(accepted, 202),
  }),
  bulkAction: route('POST', '/api/emails/bulk-action', 'Do one thing with many messages', {
    ...user,
    body: bulkActionBody,
    answer: json(accepted, 202),
  }),
  sendEmail: route('POST', '/api/emails/send', 'Send a message, once for each Idempotency-Key', {
    ...user,
    maxBodyBytes: 1_048_576,
    body: sendBody,
    answer: json(sending, 202),
  }),
  getThread: route('GET', '/api/threads/:id', 'The messages of one thread, oldest first', {
    ...user,
    params: z.object({ id: threadId }),
    answer: json(thread),
  }),
  listLabels: route('GET', '/api/labels', 'Labels with their counts', {
    ...user,
    query: optionalMailbox,
    answer: json(labelList),
  }),

  listFailures: route('GET', '/api/failures', 'Messages that could not be stored, and why', {
    ...user,
    query: failureListQuery,
    answer: json(failureList),
  }),
  replayFailures: route('POST', '/api/failures/replay', 'Try failed messages again', {
    ...sync,
    body: replayBody.default({}),
    answer: json(accepted, 202),
  }),

  takeGmailPush: route('POST', '/api/gmail/push', "Gmail's notifications, pushed by Google Pub/Sub", {
    auth: 'google-push',
    rate: 'general',
    maxBodyBytes: 16_384,
    body: pushBody,
    answer: none,
  }),

  getHealth: route('GET', '/api/health', 'The health report (200, or 503 when unhealthy)', {
    auth: 'health-key',
    rate: 'health',
    answer: json(healthReport),
  }),
  sendClientEvents: route('POST', '/api/logs/client-events', 'Events of a Gmail client', {
    auth: 'open',
    rate: 'general',
    maxBodyBytes: 262_144,
    // Beacons of a page that closes come as text.
    bodyTypes: ['application/json', 'text/plain'],
    body: clientEventsBody,
    answer: json(clientEventsReceipt, 202),
  }),
  getClientEvents: route('GET', '/api/logs/client-events', 'Totals of client events by the hour', {
    auth: 'admin-key',
    rate: 'general',
    query: clientEventsQuery,
    answer: json(clientEventsSummary),
  }),
  sendCspReport: route('POST', '/api/csp-reports', "A browser's report of what the CSP blocked", {
    auth: 'open',
    rate: 'general',
    maxBodyBytes: 32_768,
    bodyTypes: ['application/csp-report', 'application/reports+json', 'application/json'],
    body: cspReportBody,
    answer: none,
  }),
  getOpenApi: route('GET', '/api/openapi.json', 'This contract as OpenAPI 3.1', {
    auth: 'open',
    rate: 'general',
    answer: json(z.looseObject({ openapi: z.string() })),
  }),
  getDocs: route('GET', '/api/docs', 'This contract as a page', {
    auth: 'open',
    rate: 'general',
    answer: stream('text/html'),
  }),

  ...adminRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
