import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import { sum } from '../kit/rows.ts';
import type { Measured } from './measured.ts';
import type { World } from '../kit/world.ts';

/** A row to hang messages on, which no worker looks at. */
export async function emptyMailbox({ pool }: World, email: string): Promise<string> {
  const id = `naive_${Math.random().toString(36).slice(2)}`;
  await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $1, $2)', [id, email]);
  await pool.query(
    `INSERT INTO mailboxes (id, user_id, google_subject, email_address, paused_at) VALUES ($1, $1, $1, $2, now())`,
    [id, email],
  );
  return id;
}

type Naive = Awaited<ReturnType<typeof startNaive>>;

/** Ready to begin; what it costs to start is not measured. */
export async function startNaive({
  world,
  gmail,
  mail,
  ...rest
}: Omit<Measured, 'mail'> & {
  mail: Pick<Measured['mail'], 'email'>;
  mailboxId: string;
  messages: number;
  perSecond: number;
  sanitise: boolean;
}) {
  const { accessToken } = await gmail.issueTokens(mail.email);
  const settings = {
    gmailUrl: gmail.endpoints['GMAIL_API_URL'],
    accessToken,
    databaseUrl: world.postgres.url,
    ...rest,
  };
  const running = await startProcess({
    command: process.execPath,
    args: ['--no-warnings', join(import.meta.dirname, '../baseline/naive-sync.ts')],
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', NAIVE: JSON.stringify(settings) },
    readyWhen: (output) => output.includes('ready'),
    readyWithinMs: 120_000,
  });
  return { running, begin: () => running.signal('SIGUSR2') };
}

/** Loops from their beginning to their end: CPU milliseconds of all, without Postgres, and the messages that they stored. */
export async function runNaive(loops: readonly Naive[]): Promise<{ cpuMs: number; stored: number }> {
  const began = loops.map(({ running }) => cpuMsOf(running.pid));
  const last = [...began];
  // Of a process that has ended nothing can be read.
  const reading = setInterval(() => {
    for (const [index, { running }] of loops.entries()) {
      if (running.child.exitCode === null) last[index] = cpuMsOf(running.pid);
    }
  }, 100);
  for (const { begin } of loops) begin();
  await Promise.all(loops.map(({ running }) => running.exited));
  clearInterval(reading);
  const stored = loops.map(({ running }) => {
    const told = running.output().trim().split('\n').at(-1)!;
    return (JSON.parse(told) as { stored: number }).stored;
  });
  return { cpuMs: sum(last) - sum(began), stored: sum(stored) };
}
