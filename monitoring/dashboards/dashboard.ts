// Just enough of Grafana's model to say a dashboard on a page: rows of panels, each panel some queries. Of the JSON only
// what differs from Grafana's defaults is written; it can be imported by hand or provisioned (monitoring/grafana).

export interface Panel {
  title: string;
  /** What to make of it, shown behind the i of the panel. */
  about?: string;
  /** `number` shows the last value alone. */
  kind?: 'lines' | 'stacked' | 'number';
  /** Grafana's name of the unit: `s`, `percentunit` (0 to 1), `reqps`, `ops`, `bytes`, `short`. */
  unit: string;
  /** From so much on a `number` is red. */
  bad?: number;
  /** PromQL, and what its lines are called. */
  queries: [expr: string, legend: string][];
}

export interface Dashboard {
  /** Fixed, so that links to it stay good. */
  uid: string;
  title: string;
  rows: { title: string; panels: Panel[] }[];
}

const columns = 24;

/** The JSON that Grafana reads. */
export function grafanaJson({ uid, title, rows }: Dashboard): string {
  let id = 0;
  let y = 0;
  const panels: unknown[] = [];
  for (const row of rows) {
    panels.push({ id: (id += 1), type: 'row', title: row.title, gridPos: { x: 0, y, w: columns, h: 1 } });
    y += 1;
    const height = row.panels.every(({ kind }) => kind === 'number') ? 4 : 8;
    const perLine = Math.min(row.panels.length, height === 4 ? 6 : 3);
    const width = Math.floor(columns / perLine);
    row.panels.forEach((panel, at) => {
      const gridPos = {
        x: (at % perLine) * width,
        y: y + Math.floor(at / perLine) * height,
        w: width,
        h: height,
      };
      panels.push({ id: (id += 1), gridPos, ...panelJson(panel) });
    });
    y += Math.ceil(row.panels.length / perLine) * height;
  }
  const json = {
    uid,
    title,
    tags: ['finito'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    links: [{ type: 'dashboards', tags: ['finito'], title: 'Finito Mail', asDropdown: true, keepTime: true }],
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }],
    },
    panels,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function panelJson({ title, about, kind = 'lines', unit, bad, queries }: Panel) {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  return {
    type: kind === 'number' ? 'stat' : 'timeseries',
    title,
    ...(about && { description: about }),
    datasource,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(kind === 'stacked' && { custom: { stacking: { mode: 'normal' }, fillOpacity: 25 } }),
        ...(bad !== undefined && {
          thresholds: {
            mode: 'absolute',
            steps: [
              { color: 'green', value: null },
              { color: 'red', value: bad },
            ],
          },
        }),
      },
      overrides: [],
    },
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr,
      legendFormat,
    })),
  };
}
