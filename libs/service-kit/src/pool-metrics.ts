import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export interface PoolState {
  /** The most connections that the pool opens. */
  max: number;
  open: number;
  idle: number;
  /** Queries that wait for a connection. */
  waiting: number;
}

/** What a service that has a pool of database connections shows of it, read at each scrape. */
export function poolMetrics(registry: Registry, state: () => PoolState): void {
  const registers = [registry];
  const connections = new Gauge({
    name: 'finito_db_connections',
    help: 'Connections to Postgres by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const { max, open, idle } = state();
      connections.set({ state: 'busy' }, open - idle);
      connections.set({ state: 'idle' }, idle);
      connections.set({ state: 'free' }, max - open);
    },
  });
  const waiting: Gauge = new Gauge({
    name: 'finito_db_queries_waiting',
    help: 'Queries that wait for a connection.',
    registers,
    collect() {
      waiting.set(state().waiting);
    },
  });
}
