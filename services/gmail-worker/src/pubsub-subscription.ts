// A pull subscription of Google Pub/Sub, over its REST API:
// https://docs.cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions
// Google's own client brings gRPC, some 100 MB, for these two calls.
import { z } from 'zod';

export interface PulledMessage {
  ackId: string;
  /** Base64. */
  data: string;
  publishTime: string | undefined;
}

export interface PubsubSubscription {
  /** Waits for messages, up to a minute and a half; none when none came. @throws PubsubError */
  pull(signal: AbortSignal): Promise<PulledMessage[]>;
  /** What is not acknowledged within its deadline comes again. @throws PubsubError */
  acknowledge(ackIds: readonly string[], signal: AbortSignal): Promise<void>;
}

/** Pub/Sub did not answer as it should. `status` is missing when no answer came. */
export class PubsubError extends Error {
  override name = 'PubsubError';
  readonly retryable = true;
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }
}

const maxMessages = 100;
const ackTimeoutMs = 10_000;
/** Google holds an empty pull for about 90 s. */
const pullTimeoutMs = 120_000;

// What else Google adds is not read; a message without data is one that says nothing.
const pullAnswer = z.object({
  receivedMessages: z
    .array(
      z.object({
        ackId: z.string().min(1),
        message: z
          .object({ data: z.string().default(''), publishTime: z.string().optional() })
          .default({ data: '' }),
      }),
    )
    .default([]),
});

export function createPubsubSubscription({
  apiUrl,
  name,
  authorize,
}: {
  apiUrl: string;
  /** `projects/<project>/subscriptions/<subscription>` */
  name: string;
  /** Headers that prove who asks. */
  authorize: () => Promise<Headers>;
}): PubsubSubscription {
  const address = (verb: string) => new URL(`/v1/${name}:${verb}`, apiUrl);
  async function post(verb: string, body: object, signal: AbortSignal): Promise<unknown> {
    const headers = new Headers(await authorize());
    headers.set('content-type', 'application/json');
    let response: Response;
    try {
      response = await fetch(address(verb), { method: 'POST', headers, body: JSON.stringify(body), signal });
      if (response.ok) return await response.json();
    } catch (cause) {
      throw new PubsubError(`no answer to ${verb}`, { cause });
    }
    await response.body?.cancel();
    throw new PubsubError(`${verb} was refused`, { status: response.status });
  }

  return {
    async pull(signal) {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(pullTimeoutMs)]);
      const parsed = pullAnswer.safeParse(await post('pull', { maxMessages }, patience));
      if (!parsed.success) throw new PubsubError('pull was answered with something else');
      return parsed.data.receivedMessages.map(({ ackId, message: { data, publishTime } }) => ({
        ackId,
        data,
        publishTime,
      }));
    },
    async acknowledge(ackIds, signal) {
      if (ackIds.length === 0) return;
      await post('acknowledge', { ackIds }, AbortSignal.any([signal, AbortSignal.timeout(ackTimeoutMs)]));
    },
  };
}
