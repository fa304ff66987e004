import type { GmailEvent } from '@finito/gmail';
import { contentBreaker } from '@finito/quota';
import type { GmailMetrics } from '@finito/service-kit';

/** The client that fetches content for readers has one breaker, which goes by its own name. */
export function contentEvents(observe: GmailMetrics['observe']): (event: GmailEvent) => void {
  return (event) => {
    if (event.type !== 'circuit_breaker') observe(event);
    else if (event.operationClass === 'read') observe({ ...event, operationClass: contentBreaker });
  };
}
