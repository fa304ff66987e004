// A real Prometheus with the configuration of monitoring/, hurried: it scrapes and evaluates each second.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcess } from '@finito/testing';
import { parse, stringify } from 'yaml';

const folder = join(import.meta.dirname, '..');

interface Config {
  global: Record<string, unknown>;
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

export interface Rule {
  name: string;
  health: string;
  lastError?: string;
  /** Of an alert: `inactive`, `pending` or `firing`. */
  state?: string;
}

export async function startPrometheus(program: string, targets: Record<string, string>) {
  const data = await mkdtemp(join(tmpdir(), 'finito-prometheus-'));
  const port = await freePort();
  await writeFile(join(data, 'prometheus.yml'), stringify(hurried(targets)));
  const running = await startProcess({
    command: program,
    args: [
      `--config.file=${data}/prometheus.yml`,
      `--storage.tsdb.path=${data}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    readyWhen: (output) => output.includes('Server is ready to receive web requests'),
    readyWithinMs: 30_000,
  });

  async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query)}`);
    const { status, error, warnings, data: told } = (await answer.json()) as Answer<T>;
    if (status !== 'success' || warnings) throw new Error(error ?? warnings?.join('; '));
    return told;
  }
  return {
    /** How many series a query gives now. @throws Error when Prometheus refuses it or warns */
    async query(expr: string): Promise<number> {
      return (await get<{ result: unknown[] }>('query', { query: expr })).result.length;
    },
    async rules(): Promise<Rule[]> {
      return (await get<{ groups: { rules: Rule[] }[] }>('rules')).groups.flatMap((group) => group.rules);
    },
    async close(): Promise<void> {
      await running.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

interface Answer<T> {
  status: string;
  error?: string;
  warnings?: string[];
  data: T;
}

function hurried(targets: Record<string, string>): Config {
  const config = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')) as Config;
  Object.assign(config.global, { scrape_interval: '1s', evaluation_interval: '1s', scrape_timeout: '1s' });
  config.rule_files = config.rule_files.map((path) => join(folder, path));
  for (const scrape of config.scrape_configs) {
    scrape.static_configs = [{ targets: [targets[scrape.job_name]!] }];
  }
  return config;
}
