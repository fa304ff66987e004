export interface DateOptions {
  /** The reader's own unless told. */
  locale?: string;
  timeZone?: string;
}

const dayMs = 86_400_000;

/** As short as it can be without doubt: the time today, a weekday this week, then the day, then the year too. */
export function shortDate(moment: string, now: number, { locale, timeZone }: DateOptions = {}): string {
  const date = new Date(moment);
  const format = (options: Intl.DateTimeFormatOptions) =>
    formatter(locale, { ...options, ...(timeZone && { timeZone }) }).format(date);
  const days = daysBetween(date, new Date(now), timeZone);
  if (days === 0) return format({ hour: 'numeric', minute: '2-digit' });
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < 7) return format({ weekday: 'long' });
  if (days > 0 && days < 300) return format({ day: 'numeric', month: 'short' });
  return format({ day: 'numeric', month: 'short', year: 'numeric' });
}

/** Everything, for the message that is open. */
export function fullDate(moment: string, { locale, timeZone }: DateOptions = {}): string {
  return formatter(locale, {
    ...{
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
    },
    ...(timeZone && { timeZone }),
  }).format(new Date(moment));
}

function daysBetween(earlier: Date, later: Date, timeZone: string | undefined): number {
  return Math.round((dayNumber(later, timeZone) - dayNumber(earlier, timeZone)) / dayMs);
}

/** Midnight of the calendar day in that zone, told as if it were UTC's. */
function dayNumber(date: Date, timeZone: string | undefined): number {
  const parts = formatter('en-CA', { dateStyle: 'short', ...(timeZone && { timeZone }) }).format(date);
  return Date.parse(`${parts}T00:00:00Z`);
}

// A formatter costs a hundred times what it does.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, known);
  return known;
}
