import type { GmailEvent } from '@finito/gmail';
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
