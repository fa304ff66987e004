// docs/metrics.md names every metric of ours with its type and labels, and no other.
import { describe, expect, it } from '@jest/globals';
import { codeWords, read, tableRows } from './markdown.ts';
import { commonMetrics, metricNamesInSources, metricsOf, serviceNames } from './services.ts';
import type { Metric } from './services.ts';

const document = read('docs/metrics.md');

describe('docs/metrics.md', () => {
  it('names what service-kit measures', () => {
    expect(byName(documented('Common'))).toEqual(byName(commonMetrics()));
  });

  it.each(serviceNames)('names what %s measures', async (service) => {
    expect(byName(documented(service))).toEqual(byName(await metricsOf(service)));
  });

  it('names every metric that stands anywhere in the sources', () => {
    const names = tableRows(document).map(([name = '']) => codeWords(name)[0]!);
    expect(names.sort()).toEqual(metricNamesInSources());
  });
});

describe('metrics of ours', () => {
  it('are named by the rules of Prometheus: our prefix, base units, _total for counters', async () => {
    const all = [...commonMetrics(), ...(await Promise.all(serviceNames.map(metricsOf))).flat()];
    for (const { name, type } of all) {
      expect(name).toMatch(/^finito_[a-z_]+$/);
      expect(name).not.toMatch(/_(ms|milliseconds|kb|mb)(_|$)/);
      expect(`${name} ${name.endsWith('_total')}`).toBe(`${name} ${type === 'counter'}`);
    }
  });
});

function documented(section: string): Metric[] {
  return tableRows(document, section).map(([name = '', type = '', labels = '']) => ({
    name: codeWords(name)[0]!,
    type,
    labels: codeWords(labels),
  }));
}

const byName = (metrics: Metric[]) => Object.fromEntries(metrics.map((metric) => [metric.name, metric]));
