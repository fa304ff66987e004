import { Redis } from 'ioredis';
import { startTestRedis } from '@finito/testing';
import type { Loop } from './virtual-fleet.ts';
import { runVirtualFleet, seededRandom } from './virtual-fleet.ts';
const server = await startTestRedis();
const redis = new Redis(server.url);
const random = seededRandom(7);
const c: Record<string, number> = {}; const h: Record<string, number> = {}; let units=0,n=0;
const users=300;
const loops: Loop[] = Array.from({ length: 2 * users }, (_, i) => ({ user: `u${i >> 1}`, lane: 'backfill', units: 500, minUnits: 100, holdMs: () => 100 + 300 * random(), lateMs: () => 40 * random() }));
let t0=0;
const fleet = await runVirtualFleet({ redis, projectKey: `x`, loops, forMs: 60_000, random, ledger: { onDecision: d => {
  const k = d.reason ?? 'granted'; c[k]=(c[k]??0)+1; if (d.granted) {units+=d.units;n++} else { const b = k+' '+(2**Math.floor(Math.log2(d.waitMs))); h[b]=(h[b]??0)+1; } } } });
console.log(c, h, units/n);
redis.disconnect(); await server.stop();
