// Google's batch: many calls in one request. Each part is a call of its own, with its own units,
// its own refusal and its own status inside the outer 200; parts run in no promised order.
import { randomBytes } from 'node:crypto';
import { badRequest } from './google-error.ts';

export interface PartAnswer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

const largest = 100;

export async function runBatch(
  contentType: string,
  body: string,
  {
    concurrency,
    run,
  }: { concurrency: number; run: (verb: string, path: string, body: string) => Promise<PartAnswer> },
): Promise<{ contentType: string; body: string }> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) throw badRequest('Failed to parse batch request, error: missing boundary.');
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r?\n/, ''));
  if (parts.length > largest) {
    throw badRequest(
      `The batch request could not be processed. Inner request count exceeds the limit. Received: ${parts.length}, Limit: ${largest}`,
    );
  }
  const answers: string[] = new Array<string>(parts.length);
  let next = 0;
  const lanes = Array.from({ length: Math.min(concurrency, parts.length) }, async () => {
    while (next < parts.length) {
      const index = next;
      next += 1;
      answers[index] = await answerOf(parts[index]!, run);
    }
  });
  await Promise.all(lanes);
  const own = `batch_${randomBytes(12).toString('base64url')}`;
  return {
    contentType: `multipart/mixed; boundary=${own}`,
    body: `${answers.map((answer) => `--${own}\r\n${answer}`).join('')}--${own}--`,
  };
}

async function answerOf(
  part: string,
  run: (verb: string, path: string, body: string) => Promise<PartAnswer>,
): Promise<string> {
  const [outer = '', ...rest] = part.split(/\r?\n\r?\n/);
  const inner = rest.join('\r\n\r\n');
  const [requestLine = '', ...lines] = inner.split(/\r?\n/);
  const [verb = 'GET', path = '/'] = requestLine.trim().split(/\s+/);
  const blank = lines.indexOf('');
  const answer = await run(verb, path, blank === -1 ? '' : lines.slice(blank + 1).join('\n'));
  const id = /content-id:\s*<?([^>\r\n]+)>?/i.exec(outer)?.[1];
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
  return `Content-Type: application/http\r\n${id ? `Content-ID: <response-${id}>\r\n` : ''}\r\nHTTP/1.1 ${answer.status} ${answer.status === 200 ? 'OK' : 'Error'}\r\nContent-Type: application/json; charset=UTF-8\r\n${headers.join('')}Content-Length: ${Buffer.byteLength(answer.body)}\r\n\r\n${answer.body}\r\n`;
}
