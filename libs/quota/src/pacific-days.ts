const HOUR = 3_600_000;

/**
 * The Pacific midnights around `now`, ascending, in epoch milliseconds: the last two and the next two. Google counts
 * its day in Pacific time. The script picks by Redis's clock, so that processes whose clocks differ agree.
 */
export function pacificMidnights(now: number): number[] {
  const day = 24 * HOUR;
  return [-1, 0, 1, 2].map((days) => midnightBefore(now + days * day));
}

function midnightBefore(instant: number): number {
  // Noon is never skipped or doubled by a change of clocks, and that day's midnight is 11 to 13 hours earlier.
  const { hour, minute, second } = pacificTime(instant);
  const sinceMidnight = (hour * 60 + minute) * 60_000 + second * 1_000 + (instant % 1_000);
  let midnight = instant - sinceMidnight;
  const there = pacificTime(midnight);
  if (there.hour !== 0) midnight += there.hour > 12 ? (24 - there.hour) * HOUR : -there.hour * HOUR;
  return midnight;
}

const pacific = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

function pacificTime(instant: number): { hour: number; minute: number; second: number } {
  const parts = new Map(pacific.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return { hour: parts.get('hour') ?? 0, minute: parts.get('minute') ?? 0, second: parts.get('second') ?? 0 };
}
