// The product's processes, of every kind, under a supervisor as in production: what dies is begun again.
import { join } from 'node:path';
import { freePort, serviceArgs, serviceEnv, startProcess } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { freshServices } from '../../tools/local/src/fresh-build.ts';

export type Kind = 'gmail-worker' | 'telemetry' | 'gateway';

export interface Member {
  kind: Kind;
  process: RunningProcess;
  adminUrl: string;
  /** Of a gateway: where it answers. */
  url: string;
  /** Of its own, beside those of the fleet. */
  settings: Record<string, string>;
}

/** How a process ended that was asked to. */
export interface Ended {
  kind: Kind;
  code: number;
  seconds: number;
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

const root = join(import.meta.dirname, '../..');
export const gatewaySecret = 'a secret that only drills know';
const gatewaySettings = {
  NEXTAUTH_SECRET: gatewaySecret,
  HEALTH_API_KEY: 'the-health-key-of-drills',
  HOST: '127.0.0.1',
  RATELIMIT_DISABLED: 'true',
};

/** `env`: the whole environment of each process. */
export async function startFleet(env: NodeJS.ProcessEnv, kinds: readonly Kind[] = []) {
  await freshServices();
  const members = new Set<Member>();
  /** Processes that ended and nobody had asked them to. */
  const unasked: { kind: Kind; code: number; output: string }[] = [];
  const beginning = new Set<Promise<unknown>>();
  let isOpen = true;

  async function start(kind: Kind, settings: Record<string, string> = {}): Promise<Member> {
    const starting = startMember(kind, settings, env);
    beginning.add(starting);
    const member = await starting.finally(() => beginning.delete(starting));
    if (!isOpen) await member.process.stop({ signal: 'SIGKILL' });
    members.add(member);
    void member.process.exited.then((code) => {
      if (!members.delete(member) || !isOpen) return;
      unasked.push({ kind, code, output: member.process.output().slice(-2_000) });
      replace(member);
    });
    return member;
  }

  function replace({ kind, settings }: Member): void {
    const another = start(kind, settings).catch((error: unknown) => {
      if (isOpen) unasked.push({ kind, code: -1, output: String(error) });
    });
    beginning.add(another);
    void another.finally(() => beginning.delete(another));
  }

  const fleet = {
    members,
    unasked,
    start,
    of: (kind: Kind) => [...members].filter((member) => member.kind === kind),
    /** kill -9; another one of its kind begins at once, and is not waited for. */
    async kill(member: Member): Promise<void> {
      members.delete(member);
      await member.process.stop({ signal: 'SIGKILL' });
      if (isOpen) replace(member);
    },
    /** Asks it to end, as a supervisor does, but waits longer; no other one begins. */
    async end(member: Member): Promise<Ended> {
      members.delete(member);
      const askedAt = performance.now();
      const code = await member.process.stop({ withinMs: 30_000 });
      return { kind: member.kind, code, seconds: (performance.now() - askedAt) / 1_000 };
    },
    /** As a rolling restart does: asked to end, and another begins when it has. */
    async restart(member: Member): Promise<Ended> {
      const ended = await fleet.end(member);
      await start(member.kind, member.settings);
      return ended;
    },
    async close(): Promise<void> {
      isOpen = false;
      await Promise.allSettled(beginning);
      // A frozen process takes no other signal.
      await Promise.all([...members].map((member) => member.process.stop({ signal: 'SIGKILL' })));
    },
  };
  try {
    await Promise.all(kinds.map((kind) => start(kind)));
  } catch (error) {
    await fleet.close();
    throw error;
  }
  return fleet;
}

async function startMember(
  kind: Kind,
  settings: Record<string, string>,
  env: NodeJS.ProcessEnv,
): Promise<Member> {
  const adminPort = settings['ADMIN_PORT'] ?? String(await freePort());
  const port = settings['PORT'] ?? String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const process_ = await startProcess({
    command: process.execPath,
    args: serviceArgs(kind, { built: true }),
    cwd: root,
    env: {
      ...serviceEnv,
      ...env,
      ...(kind === 'gateway' && { ...gatewaySettings, PORT: port, PUBLIC_URL: url }),
      ...settings,
      ADMIN_PORT: adminPort,
      LOG_LEVEL: 'info',
    },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 120_000,
  });
  return { kind, process: process_, adminUrl: `http://127.0.0.1:${adminPort}`, url, settings };
}
