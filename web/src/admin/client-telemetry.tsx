import type { ClientEventsSummary } from '@finito/api';
import { useNow } from '../shared/use-now.ts';
import { HourChart } from './hour-chart.tsx';
import { errorsByOperation, lastHours } from './hours.ts';

const count = new Intl.NumberFormat();
const share = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

const milliseconds = (ms: number) => `${count.format(Math.round(ms))} ms`;
const counted = (many: number) => count.format(many);

/** What Gmail clients told in the last 24 hours. */
export function ClientTelemetry({ told }: { told: ClientEventsSummary }) {
  const hours = lastHours(told, useNow(60_000));
  const sum = (of: (hour: (typeof hours)[number]) => number) =>
    hours.reduce((all, hour) => all + of(hour), 0);
  const { totalEvents, totalErrors, averageLatency } = told.summary;
  const common = { hours, words: counted };
  const worst = Math.max(0, ...hours.map(({ latencyP99 }) => latencyP99 ?? 0));
  return (
    <>
      <div className="hour-charts">
        <HourChart {...common} title="Events" total={counted(totalEvents)} value={({ events }) => events} />
        <HourChart
          {...common}
          title="Errors"
          total={`${counted(totalErrors)} (${share.format(totalEvents === 0 ? 0 : totalErrors / totalEvents)})`}
          value={({ errors }) => errors}
          tone="bad"
        />
        <HourChart
          {...common}
          title="Breakers opened"
          total={counted(sum(({ trips }) => trips))}
          value={({ trips }) => trips}
          tone="bad"
        />
        <HourChart
          {...common}
          title="Retries"
          total={counted(sum(({ retries }) => retries))}
          value={({ retries }) => retries}
        />
        <HourChart
          hours={hours}
          words={milliseconds}
          title="Latency, mean"
          total={`${milliseconds(averageLatency)}, p99 up to ${milliseconds(worst)}`}
          value={({ latency }) => latency}
        />
        <HourChart
          {...common}
          title="Sessions"
          total={`${counted(Math.max(0, ...hours.map(({ sessions }) => sessions)))} in the busiest hour`}
          value={({ sessions }) => sessions}
        />
      </div>
      <ErrorTable told={told} />
    </>
  );
}

function ErrorTable({ told }: { told: ClientEventsSummary }) {
  const errors = errorsByOperation(told);
  if (errors.length === 0) return null;
  return (
    <table className="error-table">
      <caption>Errors by operation</caption>
      <tbody>
        {errors.map(([operation, many]) => (
          <tr key={operation}>
            <th scope="row">{operation}</th>
            <td>{counted(many)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
