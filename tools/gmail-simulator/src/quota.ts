// Google's limits as they are enforced at the server: units per user and per project in a sliding
// minute, units per Pacific day, and a wall of concurrent requests per user. Strict on purpose: whoever
// passes here with no refusal passes at Google.
import { GoogleError } from './google-error.ts';
import type { MethodName, QuotaTable } from './quota-tables.ts';
import { SlidingWindow } from './sliding-window.ts';

export interface QuotaOptions {
  table: QuotaTable;
  enforced: boolean;
  /** Quota minutes pass that many times faster; days do not. */
  timeFactor: number;
  concurrencyLimit: number;
}

export type RefusalKind = 'user' | 'project' | 'day' | 'concurrency';

const emptyReport = () => ({
  calls: {} as Record<string, number>,
  callsByUser: {} as Record<string, Record<string, number>>,
  units: 0,
  unitsByUser: {} as Record<string, number>,
  refusals: {} as Partial<Record<RefusalKind, number>>,
  /** Requests, and parts of batches, of one user at once. */
  peakConcurrency: {} as Record<string, number>,
  /** The most that a user spent in a window, of what a user may. */
  peakWindowShare: 0,
});

export class Quota {
  readonly report = emptyReport();
  readonly #options: QuotaOptions;
  readonly #windowMs: number;
  readonly #users = new Map<string, SlidingWindow>();
  readonly #project: SlidingWindow;
  readonly #inFlight = new Map<string, number>();
  #day = { name: '', units: 0 };

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#windowMs = 60_000 / options.timeFactor;
    this.#project = new SlidingWindow(this.#windowMs);
  }

  /** @throws GoogleError when the call is more than a limit lets through; it is not charged then. */
  charge(user: string, method: MethodName): void {
    const { table, enforced } = this.#options;
    const units = table.units[method];
    const now = performance.now();
    const turn = (this.report.calls[method] = (this.report.calls[method] ?? 0) + 1);
    const own = (this.report.callsByUser[user] ??= {});
    own[method] = (own[method] ?? 0) + 1;
    const window = this.#windowOf(user);
    this.#turnDay();
    const userUnits = window.sumAt(now) + units;
    const projectUnits = this.#project.sumAt(now) + units;
    if (enforced) {
      if (userUnits > table.userPerMinute) this.#refuse('user', userRefusal(turn));
      if (projectUnits > table.projectPerMinute) this.#refuse('project', projectRefusal());
      if (this.#day.units + units > table.projectPerDay) this.#refuse('day', dayRefusal());
    }
    window.add(now, units);
    this.#project.add(now, units);
    this.#day.units += units;
    this.report.units += units;
    this.report.unitsByUser[user] = (this.report.unitsByUser[user] ?? 0) + units;
    this.report.peakWindowShare = Math.max(this.report.peakWindowShare, userUnits / table.userPerMinute);
  }

  /**
   * Counts a request against the wall; call the result when it is answered.
   * @throws GoogleError
   */
  enter(user: string): () => void {
    const count = (this.#inFlight.get(user) ?? 0) + 1;
    if (this.#options.enforced && count > this.#options.concurrencyLimit) {
      this.#refuse(
        'concurrency',
        new GoogleError(429, 'rateLimitExceeded', 'Too many concurrent requests for user.'),
      );
    }
    this.#inFlight.set(user, count);
    this.report.peakConcurrency[user] = Math.max(this.report.peakConcurrency[user] ?? 0, count);
    return () => this.#inFlight.set(user, this.#inFlight.get(user)! - 1);
  }

  /** What was counted until now is forgotten; what was spent is not. */
  reset(): void {
    Object.assign(this.report, emptyReport());
  }

  #windowOf(user: string): SlidingWindow {
    let window = this.#users.get(user);
    if (!window) this.#users.set(user, (window = new SlidingWindow(this.#windowMs)));
    return window;
  }

  #turnDay(): void {
    const name = pacificDay();
    if (name !== this.#day.name) this.#day = { name, units: 0 };
  }

  #refuse(kind: RefusalKind, error: GoogleError): never {
    this.report.refusals[kind] = (this.report.refusals[kind] ?? 0) + 1;
    throw error;
  }
}

const pacific = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' });
let minute = { number: 0, day: '' };

/** Looked up once a minute: formatting a date costs more than serving a message. */
function pacificDay(): string {
  const number = Math.floor(Date.now() / 60_000);
  if (number !== minute.number) minute = { number, day: pacific.format(number * 60_000) };
  return minute.day;
}

/** Google words the same refusal in several ways; a client must know them all. */
function userRefusal(turn: number): GoogleError {
  const text =
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'gmail.googleapis.com' for consumer 'project_number:715283920'.";
  const forms = [
    new GoogleError(403, 'rateLimitExceeded', text),
    new GoogleError(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'),
    new GoogleError(429, 'rateLimitExceeded', 'Resource has been exhausted (e.g. check quota).'),
  ];
  return forms[turn % forms.length]!;
}

function projectRefusal(): GoogleError {
  return new GoogleError(
    403,
    'rateLimitExceeded',
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'gmail.googleapis.com' for consumer 'project_number:715283920'.",
  );
}

function dayRefusal(): GoogleError {
  return new GoogleError(403, 'dailyLimitExceeded', 'Daily Limit Exceeded');
}
