/**
 * Every call of the Gmail API that this client makes. Keys are Gmail's own method names, so that a caller can
 * look up the price of a call before making it.
 *
 * - `breaker`: operations of one class fail together, so they share a breaker.
 * - `repeatable`: whether a call of unknown outcome may be sent again; sending mail may not.
 */
export const operations = {
  getProfile: { verb: 'GET', breaker: 'read', repeatable: true },
  'messages.list': { verb: 'GET', breaker: 'list', repeatable: true },
  'messages.get': { verb: 'GET', breaker: 'read', repeatable: true },
  'messages.attachments.get': { verb: 'GET', breaker: 'read', repeatable: true },
  'messages.modify': { verb: 'POST', breaker: 'write', repeatable: true },
  'messages.batchModify': { verb: 'POST', breaker: 'write', repeatable: true },
  'messages.trash': { verb: 'POST', breaker: 'write', repeatable: true },
  'messages.untrash': { verb: 'POST', breaker: 'write', repeatable: true },
  'messages.send': { verb: 'POST', breaker: 'send', repeatable: false },
  'threads.get': { verb: 'GET', breaker: 'read', repeatable: true },
  'history.list': { verb: 'GET', breaker: 'history', repeatable: true },
  'labels.list': { verb: 'GET', breaker: 'read', repeatable: true },
  'labels.get': { verb: 'GET', breaker: 'read', repeatable: true },
  watch: { verb: 'POST', breaker: 'watch', repeatable: true },
  stop: { verb: 'POST', breaker: 'watch', repeatable: true },
  /** Many messages.get in one request; each part is charged as one. */
  batch: { verb: 'POST', breaker: 'batch', repeatable: true },
} as const satisfies Record<string, { verb: 'GET' | 'POST'; breaker: string; repeatable: boolean }>;

export type OperationName = keyof typeof operations;
export type OperationClass = (typeof operations)[OperationName]['breaker'];

export const operationClasses = [
  ...new Set(Object.values(operations).map(({ breaker }) => breaker)),
] as OperationClass[];
