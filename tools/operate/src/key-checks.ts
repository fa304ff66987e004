// The keys of a deployment: long enough, not left over from a rotation, and not older than the seed's rotations allow.
// Nobody tells how old a key is, so this notes when it first saw each (as a hash): run it each month, as the list says.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectThat, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

const dayMs = 86_400_000;

interface Kind {
  name: string;
  leastLength: number;
  /** The seed rotates health keys each month; the others at least each year. */
  mostDays: number;
}

const kinds: readonly Kind[] = [
  { name: 'HEALTH_API_KEY', leastLength: 24, mostDays: 31 },
  { name: 'ADMIN_API_KEY', leastLength: 24, mostDays: 92 },
  { name: 'NEXTAUTH_SECRET', leastLength: 32, mostDays: 366 },
  { name: 'TOKEN_ENCRYPTION_KEYS', leastLength: 44, mostDays: 366 },
];

export function keyChecks(
  env: NodeJS.ProcessEnv,
  { folder, now = Date.now() }: { folder: string; now?: number },
): Finding[] {
  const seen = firstSeen(folder);
  const findings = kinds.flatMap((kind) => {
    const value = env[kind.name] ?? (kind.name === 'NEXTAUTH_SECRET' ? env['AUTH_SECRET'] : undefined);
    if (!value) return [notAsked(`${kind.name} is long and fresh`, 'It is not set here.')];
    return checksOf(
      kind,
      value.split(',').map((key) => key.trim()),
      { seen, now },
    );
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'keys-seen.json'), JSON.stringify(Object.fromEntries(seen), null, 2), {
    mode: 0o600,
  });
  return findings;
}

function checksOf(
  { name, leastLength, mostDays }: Kind,
  keys: readonly string[],
  { seen, now }: { seen: Map<string, number>; now: number },
): Finding[] {
  const days = keys.map((key) => {
    const hash = createHash('sha256').update(`${name} ${key}`).digest('hex').slice(0, 16);
    if (!seen.has(hash)) seen.set(hash, now);
    return Math.floor((now - seen.get(hash)!) / dayMs);
  });
  const shortest = Math.min(...keys.map((key) => key.length));
  const newest = days[0]!;
  return [
    expectThat(`${name} is long enough`, shortest >= leastLength, {
      read: `${shortest} characters`,
      advice: 'Make another: openssl rand -base64 32',
    }),
    expectThat(`${name} is not older than ${mostDays} days`, newest <= mostDays, {
      read: `first seen ${newest} days ago`,
      advice: 'docs/runbook/key-rotation.md',
    }),
    ...(keys.length > 1
      ? [
          partly(
            `${name} is one key`,
            `${keys.length} keys`,
            'A rotation is under way: take the old one away when nobody uses it (docs/runbook/key-rotation.md).',
          ),
        ]
      : []),
  ];
}

function firstSeen(folder: string): Map<string, number> {
  try {
    const text = readFileSync(join(folder, 'keys-seen.json'), 'utf8');
    return new Map(Object.entries(JSON.parse(text) as Record<string, number>));
  } catch {
    return new Map();
  }
}
