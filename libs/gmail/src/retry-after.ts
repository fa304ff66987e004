/** Longest wait ever reported, 15 minutes: a server that asks for more is asked again then. */
export const longestRetryAfterMs = 15 * 60_000;

export interface HeaderReader {
  get(name: string): string | null;
}

// Google writes the time of its "user rate" refusals only into the sentence.
const timeInText = /retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/i;
// google.rpc.RetryInfo, the form of Google's newer services.
const delayInText = /"retryDelay"\s*:\s*"(\d{1,12}(?:\.\d{1,9})?)s"/;
const weekdayFirst = /^(?:mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * How long the server asked us to wait, in milliseconds within [0, 15 min]; `undefined` when it did not say or
 * said nonsense. Reads `Retry-After` as seconds and as HTTP-date, then "Retry after <ISO time>" and RetryInfo
 * in the body. A moment that is past gives 0. An overlong wait is cut, for timers overflow at 2^31 ms and fire
 * at once.
 */
export function retryAfterMs(headers: HeaderReader, bodyText: string, now: number): number | undefined {
  const header = headers.get('retry-after')?.trim();
  const wait = (header ? waitFromHeader(header, now) : undefined) ?? waitFromText(bodyText, now);
  return wait === undefined ? undefined : Math.min(Math.max(Math.ceil(wait), 0), longestRetryAfterMs);
}

function waitFromHeader(header: string, now: number): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(header)) return Number(header) * 1000;
  // Date.parse reads "-5" as a year and "soon 1" as a date: only the forms of RFC 9110 are let through.
  if (weekdayFirst.test(header)) return waitUntil(header, now);
  return undefined;
}

function waitFromText(text: string, now: number): number | undefined {
  const time = timeInText.exec(text)?.[1];
  if (time !== undefined) return waitUntil(time, now);
  const delay = delayInText.exec(text)?.[1];
  return delay === undefined ? undefined : Number(delay) * 1000;
}

function waitUntil(date: string, now: number): number | undefined {
  const at = Date.parse(date);
  return Number.isNaN(at) ? undefined : at - now;
}
