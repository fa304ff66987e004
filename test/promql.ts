// What a PromQL expression names: metrics, each with the labels it is asked by. Parsed by the parser of Prometheus' own
// page.
import { parser } from '@prometheus-io/lezer-promql';

export interface Named {
  metrics: string[];
  /** In selectors and in `by (…)`. */
  labels: string[];
}

/** @throws Error for what is not PromQL */
export function namesIn(expr: string): Named {
  const named: Named = { metrics: [], labels: [] };
  parser.parse(expr).iterate({
    enter({ name, type, from, to, node }) {
      const text = expr.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expr}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') named.metrics.push(text);
      if (name === 'LabelName') named.labels.push(text);
    },
  });
  return named;
}
