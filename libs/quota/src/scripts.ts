import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { luaConfig } from './script-config.ts';
import type { ScriptConfig } from './script-config.ts';

export type Operation = 'acquire' | 'settle' | 'exchange' | 'abandon' | 'cooldown' | 'state';
export type RunScript = (operation: Operation, keys: string[], args: (string | number)[]) => Promise<unknown>;

const KEY_COUNT = 8;

// Every script begins with ARGV: clock override or '', the birth this process knows or ''.
const parts: Record<Operation, { files: string[]; main: string }> = {
  acquire: {
    files: ['admission', 'turns', 'acquire'],
    main: `local now = bringAll(ARGV[1], ARGV[2])
return acquire(now, parseRequest(3))`,
  },
  settle: {
    files: ['settle'],
    main: `local now = bringAll(ARGV[1], ARGV[2])
local settled = settle(now, ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
save(now)
return settled`,
  },
  exchange: {
    files: ['admission', 'turns', 'acquire', 'settle'],
    main: `local now = bringAll(ARGV[1], ARGV[2])
settle(now, ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
return acquire(now, parseRequest(7))`,
  },
  abandon: {
    files: ['settle'],
    main: `local now = bringAll(ARGV[1], ARGV[2])
local abandoned = abandon(now, ARGV[3])
save(now)
return abandoned`,
  },
  cooldown: {
    files: [],
    main: `local now = bringAll(ARGV[1], ARGV[2])
local scope = ARGV[3] == 'project' and project or user
scope.cool = math.max(scope.cool, now + tonumber(ARGV[4]))
save(now)
return math.ceil(scope.cool - now)`,
  },
  state: {
    files: [],
    main: `local now = bringAll(ARGV[1], ARGV[2])
save(now)
local function rest(till) return till > now and math.ceil(till - now) or 0 end
return { project.born, user.used + user.open, user.permits, rest(math.max(user.cool, project.cool)),
  project.used + project.open, rest(project.cool), project.dayUsed, redis.call('ZCARD', waiting) }`,
  },
};

/** Registers the scripts on the client; the config is part of their text, so each config has its own names. */
export function defineScripts(redis: Redis | Cluster, config: ScriptConfig): RunScript {
  const constants = `local CFG = ${luaConfig(config)}\n`;
  const names = {} as Record<Operation, string>;
  for (const [operation, { files, main }] of Object.entries(parts)) {
    const lua = [constants, ...['scopes', ...files].map(luaFile), main].join('\n');
    const name = `finitoQuota_${operation}_${createHash('sha1').update(lua).digest('hex').slice(0, 8)}`;
    redis.defineCommand(name, { numberOfKeys: KEY_COUNT, lua });
    names[operation as Operation] = name;
  }
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
  return async (operation, keys, args) => commands[names[operation]]?.(...keys, ...args);
}

function luaFile(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
}
