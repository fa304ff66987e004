// The figures of docs/scaling.md are those of the arithmetic, and the arithmetic is of the manifests.
import { describe, expect, it } from '@jest/globals';
import { assumptions, cellsOf, costs, process_, quota, sizingFor } from '../../tools/operate/src/sizing.ts';
import { read, tableRows } from '../markdown.ts';

const document = read('docs/scaling.md');

describe('docs/scaling.md', () => {
  it('has the rows that the arithmetic gives', () => {
    const rows = tableRows(document, 'Three sizes');
    expect(rows).toEqual([100, 10_000, 1_000_000].map((mailboxes) => cellsOf(sizingFor(mailboxes))));
  });

  it('names every figure that it computes with', () => {
    const named = tableRows(document, 'What one costs').map(([, value = '']) =>
      Number(value.replaceAll(',', '')),
    );
    const { messageCpuMs, lookCpuMs, ...single } = costs;
    const { looksADay, ...people } = assumptions;
    const all = [messageCpuMs, lookCpuMs, single, looksADay, people, quota].flatMap((each) =>
      Object.values(each),
    );
    expect(named.sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
  });
});

describe('the arithmetic', () => {
  it('grows with the mailboxes, and never plans for one process alone', () => {
    const [small, large] = [sizingFor(100), sizingFor(200_000)];
    expect(large.workerCores / small.workerCores).toBeCloseTo(2_000, 5);
    expect(small.workers).toBeGreaterThanOrEqual(2);
    expect(large.quotaShareOfDay).toBeCloseTo(2_000 * small.quotaShareOfDay, 5);
    expect(sizingFor(10_000, 'poll').quotaShareOfDay).toBeGreaterThan(sizingFor(10_000).quotaShareOfDay);
  });

  it('counts the connections that the manifests give each process', () => {
    const base = read('k8s/base/kustomization.yaml');
    const given = [...base.matchAll(/DATABASE_MAX_CONNECTIONS=(\d+)/g)].map((match) => Number(match[1]));
    const { gatewayConnections, workerConnections, telemetryConnections } = process_;
    expect(given).toEqual([gatewayConnections, workerConnections, workerConnections, telemetryConnections]);
  });
});
