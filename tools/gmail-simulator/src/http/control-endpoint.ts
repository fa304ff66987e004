// The simulator's own controls, for whoever has it in another process: what is served, what goes wrong,
// what changes, and what is true.
import { z } from 'zod';
import { changeScript } from '../change-script.ts';
import type { Controls } from '../controls.ts';
import { fault } from '../faults.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';

export type ControlNeeds = Controls;

interface Control {
  /** One line for the list. */
  what: string;
  /** A list is answered as lines of JSON. */
  run: (controls: Controls, request: ControlRequest) => object | void;
}

interface ControlRequest {
  query: URLSearchParams;
  body: Buffer;
  /** The account that `user` names, the first without. */
  mailbox: () => Mailbox;
}

class ControlError extends Error {
  override name = 'ControlError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const change = z.strictObject({
  ids: z.array(z.string()).min(1),
  add: z.array(z.string()).default([]),
  remove: z.array(z.string()).default([]),
});
const ids = z.strictObject({ ids: z.array(z.string()).min(1) });
const row = z.object({
  gmailId: z.string(),
  threadId: z.string(),
  labelIds: z.array(z.string()),
  internalDate: z.number(),
});

const controls: Record<string, Control> = {
  'GET /': {
    what: 'this list',
    run: () =>
      Object.fromEntries(
        Object.entries(controls).map(([route, { what }]) => [route.replace(' ', ' /_sim'), what]),
      ),
  },
  'GET /report': { what: 'calls, units, refusals, peak concurrency', run: (all) => all.report() },
  'POST /reset': { what: 'begin counting anew', run: (all) => all.resetReport() },
  'GET /accounts': { what: 'whose mail there is', run: (all) => all.accountList() },
  'POST /tokens': {
    what: 'tokens as a consent would give them',
    run: (all, { mailbox }) => all.issueTokens(mailbox().emailAddress),
  },
  'POST /revoke': {
    what: 'the user withdraws every consent',
    run: (all, { mailbox }) => all.revokeAccount(mailbox().emailAddress),
  },
  'GET /faults': { what: 'what goes wrong now', run: (all) => all.faults.list() },
  'POST /faults': {
    what: 'make something go wrong: {match, effect}',
    run: (all, { body }) => all.faults.inject(parsed(fault, body)),
  },
  'DELETE /faults': { what: 'nothing goes wrong any more', run: (all) => all.faults.clear() },
  'GET /truth': {
    what: 'every message as it is, a line each',
    run: (all, { mailbox }) => all.truth(mailbox()),
  },
  'GET /changes': {
    what: 'every change after ?since=<historyId>, a line each',
    run: (all, { mailbox, query }) => all.changes(mailbox(), query.get('since') ?? '0'),
  },
  'POST /compare': {
    what: 'rows of a product, a line each, against the truth',
    run: (all, { mailbox, body }) => all.compare(mailbox(), lines(row, body)),
  },
  'POST /deliver': {
    what: 'a message arrives (its raw text)',
    run: (_, { mailbox, body }) => {
      if (body.length === 0) throw new ControlError(400, 'the body has to be a message');
      return { id: mailbox().add({ raw: body, labelIds: ['INBOX', 'UNREAD'], internalDate: Date.now() }).id };
    },
  },
  'POST /labels': {
    what: 'labels change: {ids, add, remove}',
    run: (_, { mailbox, body }) => {
      const { ids, add, remove } = parsed(change, body);
      mailbox().changeLabels(ids, add, remove);
      return {};
    },
  },
  'POST /delete': {
    what: 'messages are deleted: {ids}',
    run: (_, { mailbox, body }) => ({
      deleted: parsed(ids, body).ids.filter((id) => mailbox().remove(id)).length,
    }),
  },
  'POST /expire-history': {
    what: 'Gmail forgets the history until now',
    run: (_, { mailbox }) => mailbox().expireHistory(),
  },
  'POST /script': {
    what: 'changes at a rate: {perSecond, changes, seconds, seed, mix}',
    run: (all, { mailbox, body }) => all.startScript(mailbox(), parsed(changeScript, body)),
  },
  'GET /script': { what: 'how many changes the scripts have made', run: (all) => all.scriptState() },
  'DELETE /script': { what: 'end the scripts', run: (all) => all.stopScripts() },
};

export function controlEndpoint(all: Controls, { request, response, url, body }: Exchange): void {
  const path = url.pathname.slice('/_sim'.length) || '/';
  const control = controls[`${request.method} ${path}`];
  try {
    if (!control)
      throw new ControlError(404, `no such control: ${request.method} /_sim${path}; GET /_sim/ lists them`);
    const query = url.searchParams;
    const answer = control.run(all, { query, body, mailbox: () => mailboxOf(all, query.get('user')) }) ?? {};
    if (!Array.isArray(answer)) return sendJson(response, 200, answer);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(answer.map((line) => `${JSON.stringify(line)}\n`).join(''));
  } catch (error) {
    const status = error instanceof ControlError ? error.status : error instanceof RangeError ? 400 : 500;
    sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

function mailboxOf({ accounts }: Controls, user: string | null): Mailbox {
  const mailbox = user === null ? accounts.values().next().value : accounts.get(user);
  if (!mailbox) throw new ControlError(404, `no such account: ${user ?? '(there is none)'}`);
  return mailbox;
}

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  const result = schema.safeParse(json(body.toString() || '{}'));
  if (!result.success) throw new ControlError(400, z.prettifyError(result.error));
  return result.data;
}

function lines<T>(schema: z.ZodType<T>, body: Buffer): T[] {
  const found = body.toString().split('\n').filter(Boolean);
  return found.map((line) => parsed(schema, Buffer.from(line)));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, 'the body is not JSON');
  }
}
