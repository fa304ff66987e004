import type { Registry } from '@finito/service-kit';
import { Counter, Gauge } from 'prom-client';

export interface GatewayMetrics {
  rateDecision(rateClass: string, outcome: 'allowed' | 'limited', counter: 'redis' | 'local'): void;
  rateOverrides(count: number): void;
  signedIn(outcome: 'user' | 'mailbox' | 'refused'): void;
  cspReport(directive: string): void;
  clientEvents(count: number, outcome: 'queued' | 'refused' | 'lost' | 'shed'): void;
  clientEventFieldsDropped(count: number): void;
  streams(open: number): void;
  streamEnded(reason: 'client' | 'slow' | 'shutdown' | 'expired'): void;
  exported(outcome: 'written' | 'gone'): void;
  exportEnded(outcome: 'complete' | 'cut' | 'client'): void;
  shed(): void;
}

/** What the gateway counts besides its requests. Labels come from closed sets, never from a request. */
export function gatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });

  const rate = counter(
    'finito_rate_limit_decisions_total',
    'Requests by what the rate limit said, and whether Redis or, while it is away, this process counted.',
    ['class', 'outcome', 'counter'],
  );
  const overrides = gauge(
    'finito_rate_limit_overrides',
    'Rate limits that an operator has changed for a while.',
  );
  const signIns = counter('finito_sign_ins_total', 'Returns from the consent page by what they led to.', [
    'outcome',
  ]);
  const cspReports = counter('finito_csp_reports_total', 'Reports of blocked content by directive.', [
    'directive',
  ]);
  const clientEvents = counter('finito_client_events_received_total', 'Client events taken at the edge.', [
    'outcome',
  ]);
  const fieldsDropped = counter(
    'finito_client_event_fields_dropped_total',
    'Fields of client events that nobody knows; they were not read.',
  );
  const streams = gauge('finito_event_streams', 'Pages that listen for events.');
  const streamEnds = counter('finito_event_streams_ended_total', 'Event streams by why they ended.', [
    'reason',
  ]);

  const exported = counter('finito_export_messages_total', 'Messages of exports.', ['outcome']);
  const exportEnds = counter('finito_exports_ended_total', 'Exports by how they ended.', ['outcome']);
  const shed = counter('finito_requests_shed_total', 'Requests refused because the event loop was late.');

  // An alert on growth misses a series that begins with its first count.
  for (const each of ['general', 'auth', 'sync', 'health'])
    for (const outcome of ['allowed', 'limited'])
      for (const by of ['redis', 'local']) rate.inc({ class: each, outcome, counter: by }, 0);
  for (const outcome of ['user', 'mailbox', 'refused']) signIns.inc({ outcome }, 0);
  for (const outcome of ['queued', 'refused', 'lost', 'shed']) clientEvents.inc({ outcome }, 0);

  return {
    rateDecision: (rateClass, outcome, by) => rate.inc({ class: rateClass, outcome, counter: by }),
    rateOverrides: (count) => overrides.set(count),
    signedIn: (outcome) => signIns.inc({ outcome }),
    cspReport: (directive) => cspReports.inc({ directive }),
    clientEvents(count, outcome) {
      if (count > 0) clientEvents.inc({ outcome }, count);
    },
    clientEventFieldsDropped(count) {
      if (count > 0) fieldsDropped.inc(count);
    },
    streams: (open) => streams.set(open),
    streamEnded: (reason) => streamEnds.inc({ reason }),
    exported: (outcome) => exported.inc({ outcome }),
    exportEnded: (outcome) => exportEnds.inc({ outcome }),
    shed: () => shed.inc(),
  };
}
