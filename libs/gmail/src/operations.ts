/**
 * Every call of the Gmail API that this client makes. Keys are Gmail's own method names, so that a caller can
 * look up the price of a call before making it.
 *
 * - `breaker`: operations of one class fail together, so they share a breaker.
 * - `repeatable`: whether a call of unknown outcome may be sent again; sending mail may not.
 * - `units`: what it costs of Google's quota in projects made since May 2026; in older ones messages.get costs 5.
 */
export const operations = {
  getProfile: { verb: 'GET', breaker: 'read', repeatable: true, units: 1 },
  'messages.list': { verb: 'GET', breaker: 'list', repeatable: true, units: 5 },
  'messages.get': { verb: 'GET', breaker: 'read', repeatable: true, units: 20 },
  'messages.attachments.get': { verb: 'GET', breaker: 'read', repeatable: true, units: 20 },
  'messages.modify': { verb: 'POST', breaker: 'write', repeatable: true, units: 5 },
  'messages.batchModify': { verb: 'POST', breaker: 'write', repeatable: true, units: 50 },
  'messages.trash': { verb: 'POST', breaker: 'write', repeatable: true, units: 5 },
  'messages.untrash': { verb: 'POST', breaker: 'write', repeatable: true, units: 5 },
  'messages.send': { verb: 'POST', breaker: 'send', repeatable: false, units: 100 },
  'threads.get': { verb: 'GET', breaker: 'read', repeatable: true, units: 40 },
  'history.list': { verb: 'GET', breaker: 'history', repeatable: true, units: 2 },
  'labels.list': { verb: 'GET', breaker: 'read', repeatable: true, units: 1 },
  'labels.get': { verb: 'GET', breaker: 'read', repeatable: true, units: 1 },
  watch: { verb: 'POST', breaker: 'watch', repeatable: true, units: 100 },
  stop: { verb: 'POST', breaker: 'watch', repeatable: true, units: 100 },
  /** Many reads of messages or of threads in one request; each part is charged as one, these are a message's units. */
  batch: { verb: 'POST', breaker: 'batch', repeatable: true, units: 20 },
} as const satisfies Record<
  string,
  { verb: 'GET' | 'POST'; breaker: string; repeatable: boolean; units: number }
>;

export type OperationName = keyof typeof operations;
export type OperationClass = (typeof operations)[OperationName]['breaker'];

export const operationClasses = [
  ...new Set(Object.values(operations).map(({ breaker }) => breaker)),
] as OperationClass[];
