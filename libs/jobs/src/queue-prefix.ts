/** The braces keep all keys of BullMQ in one slot of a Redis Cluster. */
export const queuePrefix = '{finito}';
