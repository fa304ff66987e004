// What a job was enqueued for, beside its payload: the traceparent of a request or of another job, for tracing alone.
// It names nobody. A job that is enqueued again before it runs keeps the first one.

const field = 'traceparent';

export function withCause(payload: unknown, traceparent: string): Record<string, unknown> {
  return { ...(payload as object), [field]: traceparent };
}

export function causeOf(data: unknown): string | undefined {
  const cause = (data as Record<string, unknown> | null | undefined)?.[field];
  return typeof cause === 'string' ? cause : undefined;
}
