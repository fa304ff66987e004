// The Gmail API's two doors: single calls, and batches of them.
import type { FaultEffect } from '../faults.ts';
import { answerCall, errorAnswer, faultError, jsonBody } from '../gmail-api.ts';
import type { ApiAnswer, ApiNeeds } from '../gmail-api.ts';
import { notFound } from '../google-error.ts';
import { plainOf } from '../mailbox/packed-json.ts';
import { batchAnswer, parseBatch } from './batch.ts';
import type { BatchCall, PartAnswer } from './batch.ts';
import { urlOf } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { sendAnswer } from './send-answer.ts';
import { uploadedBody } from './upload.ts';

export interface GmailNeeds extends ApiNeeds {
  batchEnabled: boolean;
  /** Parts of one batch that run at once. */
  batchConcurrency: number;
}

export async function gmailEndpoint(needs: GmailNeeds, exchange: Exchange): Promise<void> {
  const { request, response, url, body } = exchange;
  const { authorization } = request.headers;
  let leave: (() => void) | undefined;
  let answer: ApiAnswer;
  try {
    leave = needs.quota.enter(userOf(needs, authorization));
    const contentType = request.headers['content-type'] ?? '';
    answer = await answerCall(needs, {
      verb: request.method ?? 'GET',
      url,
      authorization,
      body: () =>
        url.pathname.startsWith('/upload/') ? uploadedBody(url, contentType, body) : jsonBody(body),
    });
  } catch (error) {
    answer = errorAnswer(error);
  }
  // A request without an answer goes on until its client gives up.
  if (answer.effect?.hang && leave) response.once('close', leave);
  else leave?.();
  sendAnswer(exchange, answer);
}

export async function batchEndpoint(needs: GmailNeeds, exchange: Exchange): Promise<void> {
  sendAnswer(exchange, await batchAnswerTo(needs, exchange));
}

async function batchAnswerTo(needs: GmailNeeds, { request, url, body }: Exchange): Promise<ApiAnswer> {
  const { authorization = '' } = request.headers;
  try {
    if (!needs.batchEnabled || request.method !== 'POST') throw notFound();
    const user = userOf(needs, authorization);
    const effect = needs.faults.meet({ method: 'batch', user, path: url.pathname });
    if (effect?.latencyMs) await new Promise((resolve) => setTimeout(resolve, effect.latencyMs));
    if (effect?.status) return errorAnswer(faultError(effect), effect);
    const calls = parseBatch(request.headers['content-type'] ?? '', body.toString());
    const answers = await answersTo(needs, calls, authorization);
    const { contentType, body: pieces } = batchAnswer(calls, answers.map(asPart));
    return {
      status: 200,
      body: pieces,
      headers: { 'content-type': contentType },
      effect: effect ?? answers.map((answer) => answer.effect).find(breaksConnection),
    };
  } catch (error) {
    return errorAnswer(error);
  }
}

async function answersTo(
  needs: GmailNeeds,
  calls: readonly BatchCall[],
  authorization: string,
): Promise<ApiAnswer[]> {
  const answers = new Array<ApiAnswer>(calls.length);
  let next = 0;
  const lanes = Array.from({ length: Math.min(needs.batchConcurrency, calls.length) }, async () => {
    while (next < calls.length) {
      const index = next;
      next += 1;
      const call = calls[index]!;
      answers[index] = await partAnswer(needs, call, call.authorization ?? authorization);
    }
  });
  await Promise.all(lanes);
  return answers;
}

async function partAnswer(needs: GmailNeeds, call: BatchCall, authorization: string): Promise<ApiAnswer> {
  const { verb, path, body } = call;
  try {
    const leave = needs.quota.enter(userOf(needs, authorization));
    const request = { verb, url: urlOf(path), authorization, body: () => jsonBody(Buffer.from(body)) };
    return await answerCall(needs, request).finally(leave);
  } catch (error) {
    return errorAnswer(error);
  }
}

function asPart({ status, body, headers, effect }: ApiAnswer): PartAnswer {
  if (!effect?.truncateJson) return { status, body, headers };
  const bytes = plainOf(body);
  return { status, headers, body: [bytes.subarray(0, bytes.length / 2)] };
}

function breaksConnection(effect: FaultEffect | undefined): boolean {
  return effect?.hang === true || effect?.resetMidBody === true;
}

function userOf({ oauth }: GmailNeeds, authorization: string | undefined): string {
  return oauth.accessOf(authorization)?.mailbox.emailAddress ?? 'nobody';
}
