// monitoring/ against the code: what alerts and dashboards name is exported, what is exported is shown, and each alert
// has its unit test and its page.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dashboards } from '../monitoring/dashboards/all.ts';
import { grafanaJson } from '../monitoring/dashboards/dashboard.ts';
import { read, root, tableRows } from './markdown.ts';
import { ruleFiles, rules, ruleTests, yaml } from './monitoring-files.ts';
import { namesIn } from './promql.ts';
import { commonMetrics, metricsOf, serviceNames } from './services.ts';
import type { Metric } from './services.ts';

const alerts = rules.filter(({ alert }) => alert !== undefined);
const alertNames = alerts.map(({ alert }) => alert!).sort();
const recorded = rules.flatMap(({ record }) => record ?? []);
const exported: Metric[] = [...commonMetrics(), ...(await Promise.all(serviceNames.map(metricsOf))).flat()];
/** Made by Prometheus, by Node and by the process (prom-client): those that rules and dashboards read. */
const notOurs = new Set([
  ...['up', 'ALERTS', 'process_start_time_seconds', 'process_cpu_seconds_total'],
  ...['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'],
]);
const series = new Set([
  ...exported.flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => `${name}${suffix}`) : [name],
  ),
  ...recorded,
  ...notOurs,
]);
const labels = new Set([
  ...exported.flatMap((metric) => metric.labels),
  ...['job', 'instance', 'le', 'alertname', 'alertstate'],
]);
const shown = Object.entries(dashboards).flatMap(([name, { rows }]) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) => queries.map(([expr]) => ({ where: `${name}: ${title}`, expr }))),
  ),
);
const expressions = [
  ...rules.map(({ alert, record, expr }) => ({ where: alert ?? record!, expr })),
  ...shown,
];

describe('what alerts, recording rules and dashboards name', () => {
  it.each(expressions)('is exported by a service or recorded by a rule ($where)', ({ expr }) => {
    const named = namesIn(expr);
    expect(named.metrics.length).toBeGreaterThan(0);
    expect(named.metrics.filter((name) => !series.has(name))).toEqual([]);
    expect(named.labels.filter((label) => !labels.has(label))).toEqual([]);
  });

  it('would be found out if it were not', () => {
    expect(namesIn('sum by (rout) (rate(finito_http_requests_total{statu="500"}[5m]))')).toEqual({
      metrics: ['finito_http_requests_total'],
      labels: ['rout', 'statu'],
    });
    expect(() => namesIn('rate(finito_jobs_total[5m]')).toThrow('not PromQL');
  });
});

describe('dashboards', () => {
  it('show every metric of ours', () => {
    const recordedFrom = rules.filter(
      ({ record }) => record && shown.some(({ expr }) => expr.includes(record)),
    );
    const names = [...shown, ...recordedFrom].flatMap(({ expr }) => namesIn(expr).metrics);
    const isShown = ({ name }: Metric) =>
      names.some((each) => each === name || each.replace(/_(bucket|sum|count)$/, '') === name);
    expect(exported.filter((metric) => !isShown(metric)).map(({ name }) => name)).toEqual([]);
  });

  it.each(Object.entries(dashboards))(
    'stand in monitoring/grafana as they are here (%s)',
    (name, dashboard) => {
      // npm run dashboards
      expect(read(`monitoring/grafana/dashboards/${name}.json`)).toBe(grafanaJson(dashboard));
    },
  );

  it('have ids of their own', () => {
    const uids = Object.values(dashboards).map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(globSync('monitoring/grafana/dashboards/*.json', { cwd: root })).toHaveLength(uids.length);
  });
});

describe('each alert', () => {
  it('has a page in docs/alerts, which it links, and no page is without its alert', () => {
    const pages = globSync('docs/alerts/*.md', { cwd: root }).map((path) => basename(path, '.md'));
    expect(pages.sort()).toEqual(alertNames);
    for (const { alert, annotations } of alerts) {
      expect(annotations!['runbook_url']).toBe(`{{ $externalLabels.runbooks }}/${alert}.md`);
      expect(read(`docs/alerts/${alert}.md`)).toMatch(
        new RegExp(`^# ${alert}\n[^]*## What it means\n[^]*## Look\n[^]*## Do\n`),
      );
    }
  });

  it('says how urgent it is, on its page as well, and what it is about', () => {
    for (const { alert, labels: own, annotations } of alerts) {
      expect(['page', 'ticket']).toContain(own!['severity']);
      expect(read(`docs/alerts/${alert}.md`)).toContain(`Severity: ${own!['severity']}.`);
      expect(annotations!['summary']).toMatch(/\w/);
      expect(annotations!['description']).toMatch(/\w/);
    }
  });

  it('has a unit test in which it is silent, fires, and is silent again; no test is without its alert', () => {
    const tested = ruleTests.filter(({ name }) => /^Finito\w+$/.test(name));
    expect(tested.map(({ name }) => name).sort()).toEqual(alertNames);
    for (const { name, promql_expr_test: asked } of tested) {
      expect(asked.map(({ exp_samples: samples = [] }) => samples.length)).toEqual([0, 1, 0]);
      expect(asked.every(({ expr }) => expr === `ALERTS{alertname="${name}",alertstate="firing"}`)).toBe(
        true,
      );
    }
  });
});

describe('R61: what is looked at each week', () => {
  const rows = tableRows(read('docs/monitoring.md'), 'Each week');

  it('covers anomalies of clients, breakers, the health report, limits, and whether every message is there', () => {
    const questions = rows.map(([question]) => question).join(' ');
    for (const word of ['clients', 'breakers', 'health', 'limits', 'message'])
      expect(questions).toContain(word);
  });

  it('stands on the dashboards under the names that are given', () => {
    const titles = new Set(
      Object.values(dashboards).flatMap(({ rows: own }) =>
        own.flatMap(({ panels }) => panels.map(({ title }) => title)),
      ),
    );
    const named = rows.flatMap(([, where = '']) =>
      [...where.matchAll(/\*([^*]+)\*/g)].map(([, title]) => title!),
    );
    expect(named.length).toBeGreaterThanOrEqual(rows.length);
    expect(named.filter((title) => !titles.has(title))).toEqual([]);
  });
});

describe('monitoring/prometheus.yml', () => {
  it('loads every file of rules, and scrapes every service under its name', () => {
    const config = yaml('prometheus.yml') as { rule_files: string[]; scrape_configs: { job_name: string }[] };
    expect([...config.rule_files].sort()).toEqual(ruleFiles);
    expect(config.scrape_configs.map(({ job_name: job }) => job).sort()).toEqual(serviceNames);
  });
});
