// Spans by OpenTelemetry, sent by OTLP over HTTP. Nothing is registered globally: who wants a span asks this object.
// The exporter reads the other standard variables by itself: OTEL_EXPORTER_OTLP_HEADERS, …_TIMEOUT, …_COMPRESSION,
// OTEL_BSP_*, OTEL_RESOURCE_ATTRIBUTES.
import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SpanStart, Tracing } from './tracing.ts';

export interface TracingSettings {
  /** Where spans go: the whole address. */
  url: string;
  /** How many of all traces are kept, 0 to 1. */
  ratio: number;
}

const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

export function openTelemetry(service: string, { url, ratio }: TracingSettings): Tracing {
  // By the id of the trace alone: a stranger's header must not have everything kept, and all processes decide alike.
  const sampled = new TraceIdRatioBasedSampler(ratio);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': service })),
    sampler: new ParentBasedSampler({
      root: sampled,
      remoteParentSampled: sampled,
      remoteParentNotSampled: sampled,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  });
  const tracer = provider.getTracer('finito');
  const underWay = new AsyncLocalStorage<Context>();
  const current = () => underWay.getStore() ?? ROOT_CONTEXT;
  const spanContext = () => trace.getSpanContext(current());

  function cause({ traceparent }: SpanStart): Context {
    const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
    return remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : current();
  }

  return {
    begin(name, start, work) {
      const context = cause(start);
      const span = tracer.startSpan(name, { kind: kinds[start.kind] }, context);
      return underWay.run(trace.setSpan(context, span), () =>
        work((facts = {}, failed = false) => endSpan(span, facts, failed)),
      );
    },
    past(name, durationMs, facts, failed) {
      const startTime = Date.now() - durationMs;
      endSpan(tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime }, current()), facts, failed);
    },
    traceparent() {
      const context = spanContext();
      if (!context) return undefined;
      return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
    },
    ids() {
      const context = spanContext();
      return context && { traceId: context.traceId, spanId: context.spanId };
    },
    // A receiver that is away must not keep the process.
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function endSpan(span: Span, facts: Record<string, string | number | boolean>, failed: boolean): void {
  span.setAttributes(facts);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
