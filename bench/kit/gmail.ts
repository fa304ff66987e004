// Gmail for a run: the simulator in this process, which can be hurt from here, or as a process of its own,
// whose CPU is not the measured one's.
import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import type { GmailSimulator, TruthRow } from '@finito/gmail-simulator';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
}

export interface Report {
  calls: Record<string, number>;
  units: number;
  unitsByUser: Record<string, number>;
  refusals: Record<string, number>;
  peakConcurrency: Record<string, number>;
  fetchedTwice: number;
}

export interface Gmail {
  /** Setting → value, for the product's processes. */
  endpoints: Record<string, string>;
  issueTokens(email: string): Promise<Tokens>;
  truth(email: string): Promise<TruthRow[]>;
  report(): Promise<Report>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

export function gmailHere(simulator: GmailSimulator): Gmail {
  return {
    endpoints: simulator.endpoints,
    issueTokens: async (email) => simulator.issueTokens(email),
    truth: async (email) => simulator.truth(email),
    // A copy: the simulator goes on counting in its own.
    report: async () => structuredClone(simulator.report()) as Report,
    reset: async () => simulator.resetReport(),
    close: () => simulator.close(),
  };
}

/** `args`: as `npm run simulator` takes them. */
export async function gmailProcess(args: string[]): Promise<Gmail> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, '../../tools/gmail-simulator/src/main.ts'), '--prebuilt', ...args],
    env: { ...process.env, NODE_OPTIONS: '' },
    readyWhen: (output) => output.includes('"listening":true'),
    // A large mailbox is parsed before it is served.
    readyWithinMs: 600_000,
  });
  const { url, endpoints } = JSON.parse(running.output()) as Pick<Gmail, 'endpoints'> & { url: string };
  const control = async (verb: string, path: string) =>
    (await fetch(`${url}/_sim${path}`, { method: verb })).text();
  const user = (email: string) => `?user=${encodeURIComponent(email)}`;
  return {
    endpoints,
    async issueTokens(email) {
      const tokens = JSON.parse(await control('POST', `/tokens${user(email)}`)) as Tokens;
      return { ...tokens, expiresAt: new Date(tokens.expiresAt) };
    },
    async truth(email) {
      const lines = (await control('GET', `/truth${user(email)}`)).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as TruthRow);
    },
    report: async () => JSON.parse(await control('GET', '/report')) as Report,
    reset: async () => void (await control('POST', '/reset')),
    close: async () => void (await running.stop()),
  };
}
