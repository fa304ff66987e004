import type { Hour } from './hours.ts';

export interface HourChartProps {
  title: string;
  /** Of all hours together, in words. */
  total: string;
  hours: readonly Hour[];
  value: (hour: Hour) => number | null;
  /** Of one hour, in words. */
  words: (value: number) => string;
  tone?: 'bad';
}

/** The drawing's own measures; it is stretched to the room that there is. */
const width = 240;
const height = 60;
const gap = 2;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** A bar an hour. Colours come from the style sheet: the policy of the page lets nothing else style it. */
export function HourChart({ title, total, hours, value, words, tone }: HourChartProps) {
  const values = hours.map((hour) => value(hour));
  const most = Math.max(1e-9, ...values.map((each) => each ?? 0));
  const slot = width / hours.length;
  const told = values.flatMap((each, at) =>
    each === null || each === 0 ? [] : [`${clock.format(hours[at]!.startsAt)} ${words(each)}`],
  );
  return (
    <figure className={tone === 'bad' ? 'hour-chart hour-chart-bad' : 'hour-chart'}>
      <figcaption>
        <span>{title}</span>
        <strong>{total}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} by the hour: ${told.join(', ') || 'nothing'}`}
      >
        {values.map((each, at) => {
          const tall = ((each ?? 0) / most) * height;
          return (
            <g key={hours[at]!.startsAt.getTime()}>
              <rect className="hour-slot" x={at * slot} y={0} width={slot - gap} height={height}>
                <title>{`${clock.format(hours[at]!.startsAt)}: ${each === null ? 'nothing' : words(each)}`}</title>
              </rect>
              <rect
                className="hour-bar"
                x={at * slot}
                y={height - tall}
                width={slot - gap}
                height={tall}
                pointerEvents="none"
              />
            </g>
          );
        })}
      </svg>
      <p className="hour-ends" aria-hidden="true">
        <span>{clock.format(hours[0]!.startsAt)}</span>
        <span>now</span>
      </p>
    </figure>
  );
}
