// What the services say of themselves: their settings and their metrics, found by file name.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  createRegistry,
  gmailMetrics,
  httpMetrics,
  jobMetrics,
  notificationMetrics,
  poolMetrics,
  settingNames,
} from '@finito/service-kit';
import type { Registry, SettingsShape } from '@finito/service-kit';
import { root } from './markdown.ts';

export const serviceNames = globSync('services/*', { cwd: root })
  .map((path) => basename(path))
  .filter((name) => existsSync(join(root, 'services', name, 'src', 'settings.ts')))
  .sort();

export interface Setting {
  name: string;
  aliases: string[];
  /** As one would write it in the environment; `required` or `none` when there is none. */
  default: string;
}

export async function settingsOf(service: string): Promise<Setting[]> {
  const { settingsSchema } = (await load(service, 'settings')) as { settingsSchema: SettingsShape };
  return settingsOfShape(settingsSchema);
}

export function settingsOfShape(schema: SettingsShape): Setting[] {
  return settingNames(schema).map(({ name, aliases }) => ({
    name,
    aliases,
    default: defaultOf(schema.shape[name]!),
  }));
}

/** Every setting of every service, once. */
export async function allSettings(): Promise<Setting[]> {
  const found = new Map<string, Setting>();
  for (const service of serviceNames)
    for (const setting of await settingsOf(service)) found.set(setting.name, setting);
  return [...found.values()];
}

export interface Metric {
  name: string;
  type: string;
  labels: string[];
}

/** The metrics that one service adds to what every process has. */
export async function metricsOf(service: string): Promise<Metric[]> {
  if (!existsSync(join(root, 'services', service, 'src', 'metrics.ts'))) return [];
  const module = await load(service, 'metrics');
  return metricsMadeBy((registry) => {
    for (const [name, make] of Object.entries(module))
      if (name.endsWith('Metrics') && typeof make === 'function') (make as MakeMetrics)(registry);
  });
}

/** The metrics of service-kit, without those of Node and the process that prom-client brings. */
export function commonMetrics(): Metric[] {
  const made = metricsMadeBy((registry) => {
    httpMetrics(registry);
    jobMetrics(registry);
    notificationMetrics(registry);
    gmailMetrics(registry);
    poolMetrics(registry, () => ({ max: 0, open: 0, idle: 0, waiting: 0 }));
  });
  const ofEvery = metricsIn(createRegistry({ service: 'any', version: '0' }));
  return [...ofEvery, ...made].filter(({ name }) => name.startsWith('finito_'));
}

/** Names of metrics as they stand in the sources, wherever they are made. */
export function metricNamesInSources(): string[] {
  const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: root }).filter((file) => !isTest(file));
  const literals = sources.flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/'(finito_[a-z_]+)'/g),
  ]);
  return [...new Set(literals.map((match) => match[1]!))].sort();
}

const isTest = (file: string) => file.endsWith('.test.ts');

type MakeMetrics = (registry: Registry) => unknown;

function metricsMadeBy(make: MakeMetrics): Metric[] {
  const registry = createRegistry({ service: 'any', version: '0' });
  const before = new Set(metricsIn(registry).map(({ name }) => name));
  make(registry);
  return metricsIn(registry).filter(({ name }) => !before.has(name));
}

function metricsIn(registry: Registry): Metric[] {
  const metrics = registry.getMetricsAsArray() as unknown as Described[];
  return metrics.map((metric) => ({
    name: metric.name,
    type: metric.type ?? metric.constructor.name.toLowerCase(),
    labels: [...(metric.labelNames ?? [])].filter((label) => label !== 'le'),
  }));
}

interface Described {
  name: string;
  type?: string;
  labelNames?: string[];
}

interface Schema {
  def: { type: string; defaultValue?: unknown };
  safeParse(value: unknown): { success: boolean };
}

function defaultOf(setting: unknown): string {
  const { def, safeParse } = setting as Schema;
  if (def.type === 'default') return written(def.defaultValue);
  return safeParse(undefined).success ? 'none' : 'required';
}

function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}

async function load(service: string, file: string): Promise<Record<string, unknown>> {
  return (await import(join(root, 'services', service, 'src', `${file}.ts`))) as Record<string, unknown>;
}
