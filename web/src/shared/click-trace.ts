// What one click causes is one trace, when the operator traces: its calls name the same trace to the gateway, which
// otherwise ignores it. The id is random, kept nowhere, and another one with the next click.

const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

export interface ClickTrace {
  /** W3C's header for a call of the page. */
  traceparent(): string;
  /** Begins another trace with each click or key that `target` hears of. */
  follow(target: EventTarget): void;
}

export function createClickTrace(): ClickTrace {
  let traceId = hex(16);
  const anew = () => {
    traceId = hex(16);
  };
  return {
    traceparent: () => `00-${traceId}-${hex(8)}-01`,
    follow(target) {
      for (const event of ['pointerdown', 'keydown']) target.addEventListener(event, anew, { capture: true });
    },
  };
}
