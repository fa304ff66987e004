import type { TracingSettings } from './open-telemetry.ts';

/** What is known of a piece of work when it ends. Values come from closed sets or are numbers: never mail, never a token. */
export type SpanFacts = Record<string, string | number | boolean>;

export interface SpanStart {
  /** `server`: an HTTP request; `consumer`: a job; `client`: a call of ours. */
  kind: 'server' | 'consumer' | 'client';
  /** What caused it, as W3C writes it; what is under way unless told. Nonsense counts as not told. */
  traceparent?: string | undefined;
}

export interface Tracing {
  /** Runs `work`, and what it awaits, within a span that ends when `end` is called. */
  begin<T>(
    name: string,
    start: SpanStart,
    work: (end: (facts?: SpanFacts, failed?: boolean) => void) => T,
  ): T;
  /** A call that has ended just now, within what is under way. */
  past(name: string, durationMs: number, facts: SpanFacts, failed: boolean): void;
  /** What is under way, as W3C writes it: for whoever carries on elsewhere. */
  traceparent(): string | undefined;
  /** For log lines. */
  ids(): { traceId: string; spanId: string } | undefined;
  /** Sends what is not sent yet. */
  close(): Promise<void>;
}

const nobodyLooks = () => undefined;

/** Costs nothing. */
export const noTracing: Tracing = {
  begin: (_name, _start, work) => work(nobodyLooks),
  past: () => undefined,
  traceparent: () => undefined,
  ids: () => undefined,
  close: () => Promise.resolve(),
};

/** OpenTelemetry is loaded only where there is somebody to tell: it takes a third of a second and 20 MB. */
export async function createTracing(
  service: string,
  settings: TracingSettings | undefined,
): Promise<Tracing> {
  if (!settings) return noTracing;
  const { openTelemetry } = await import('./open-telemetry.ts');
  return openTelemetry(service, settings);
}

/** Within a span of its own; a failure is noted and passed on. */
export async function inSpan<T>(
  tracing: Tracing,
  name: string,
  start: SpanStart,
  work: () => Promise<T>,
): Promise<T> {
  return tracing.begin(name, start, async (end) => {
    try {
      const result = await work();
      end();
      return result;
    } catch (error) {
      end({ 'error.type': error instanceof Error ? error.name : 'unknown' }, true);
      throw error;
    }
  });
}
