import type { GmailEvent } from '@finito/gmail';
import { contentBreaker } from '@finito/quota';
import type { WorkerMetrics } from './metrics.ts';

/** The SDK tells what it does; here it becomes metrics, so that no behaviour has to count. */
export function gmailEventMetrics(metrics: WorkerMetrics): (event: GmailEvent) => void {
  return (event) => {
    if (event.type === 'gmail_request') {
      metrics.gmailRequest(event.operation, String(event.status ?? 'none'), event.latencyMs / 1_000);
    }
    if (event.type === 'circuit_breaker') metrics.breakerChanged(event.operationClass, event.state);
  };
}

/** The same for the client that fetches content for readers: it has one breaker, by its own name. */
export function contentEventMetrics(metrics: WorkerMetrics): (event: GmailEvent) => void {
  const tell = gmailEventMetrics(metrics);
  return (event) => {
    if (event.type !== 'circuit_breaker') tell(event);
    else if (event.operationClass === 'read') metrics.breakerChanged(contentBreaker, event.state);
  };
}
