// Google's limits as they are enforced at the server: units per user and per project in a sliding
// minute, units per day, and a wall of concurrent requests per user. Strict on purpose: whoever
// passes here with no refusal passes at Google.
import { GoogleError } from './google-error.ts';

export interface QuotaTable {
  userPerMinute: number;
  projectPerMinute: number;
  units: Record<string, number>;
}

const common = {
  'messages.list': 5,
  'history.list': 2,
  getProfile: 1,
  'labels.list': 1,
  'labels.get': 1,
  'labels.create': 5,
  'messages.modify': 5,
  'messages.trash': 5,
  'messages.untrash': 5,
  'messages.delete': 10,
  'messages.batchModify': 50,
  'messages.batchDelete': 50,
  'messages.import': 25,
  'messages.insert': 25,
  'messages.send': 100,
  'threads.list': 10,
  'threads.modify': 10,
  watch: 100,
  stop: 50,
  'drafts.list': 5,
};

export const quotaTables: Record<'2026-05' | 'legacy-2025', QuotaTable> = {
  '2026-05': {
    userPerMinute: 6_000,
    projectPerMinute: 1_200_000,
    units: {
      ...common,
      'messages.get': 20,
      'threads.get': 40,
      'messages.attachments.get': 20,
      'drafts.get': 20,
    },
  },
  'legacy-2025': {
    userPerMinute: 15_000,
    projectPerMinute: 1_200_000,
    units: {
      ...common,
      'messages.get': 5,
      'threads.get': 10,
      'messages.attachments.get': 5,
      'drafts.get': 5,
    },
  },
};

export interface QuotaOptions {
  table: QuotaTable;
  enforced: boolean;
  timeFactor: number;
  concurrencyLimit: number;
  now?: () => number;
}

interface Window {
  entries: { at: number; units: number }[];
  first: number;
  sum: number;
}

export function createQuota({
  table,
  enforced,
  timeFactor,
  concurrencyLimit,
  now = () => performance.now(),
}: QuotaOptions) {
  const windowMs = 60_000 / timeFactor;
  const users = new Map<string, Window>();
  const project: Window = { entries: [], first: 0, sum: 0 };
  const inFlight = new Map<string, number>();
  const report = {
    calls: {} as Record<string, number>,
    units: 0,
    unitsByUser: {} as Record<string, number>,
    refusals: {} as Record<string, number>,
    peakConcurrency: {} as Record<string, number>,
    peakWindowShare: 0,
  };

  function used(window: Window): number {
    const oldest = now() - windowMs;
    while (window.first < window.entries.length && window.entries[window.first]!.at <= oldest) {
      window.sum -= window.entries[window.first]!.units;
      window.first += 1;
    }
    if (window.first > 1_000) {
      window.entries.splice(0, window.first);
      window.first = 0;
    }
    return window.sum;
  }

  function refuse(kind: string, error: GoogleError): never {
    report.refusals[kind] = (report.refusals[kind] ?? 0) + 1;
    throw error;
  }

  function charge(user: string, method: string): void {
    const units = table.units[method] ?? 1;
    report.calls[method] = (report.calls[method] ?? 0) + 1;
    let window = users.get(user);
    if (!window) users.set(user, (window = { entries: [], first: 0, sum: 0 }));
    if (enforced && used(window) + units > table.userPerMinute)
      refuse('user', userRefusal(report.calls[method]!));
    if (enforced && used(project) + units > table.projectPerMinute) {
      refuse(
        'project',
        new GoogleError(
          403,
          'rateLimitExceeded',
          "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'gmail.googleapis.com'",
        ),
      );
    }
    for (const each of [window, project]) {
      each.entries.push({ at: now(), units });
      each.sum += units;
    }
    report.units += units;
    report.unitsByUser[user] = (report.unitsByUser[user] ?? 0) + units;
    report.peakWindowShare = Math.max(report.peakWindowShare, window.sum / table.userPerMinute);
  }

  return {
    report,
    charge,
    /** Counts a request against the wall; call the result when it is answered. */
    enter(user: string): () => void {
      const count = (inFlight.get(user) ?? 0) + 1;
      if (enforced && count > concurrencyLimit) {
        refuse(
          'concurrency',
          new GoogleError(429, 'rateLimitExceeded', 'Too many concurrent requests for user.'),
        );
      }
      inFlight.set(user, count);
      report.peakConcurrency[user] = Math.max(report.peakConcurrency[user] ?? 0, count);
      return () => inFlight.set(user, (inFlight.get(user) ?? 1) - 1);
    },
    reset(): void {
      Object.assign(report, {
        calls: {},
        units: 0,
        unitsByUser: {},
        refusals: {},
        peakConcurrency: {},
        peakWindowShare: 0,
      });
    },
  };
}

/** Google words the same refusal in several ways; a client must know them all. */
function userRefusal(turn: number): GoogleError {
  const text =
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'gmail.googleapis.com'";
  const forms = [
    new GoogleError(403, 'rateLimitExceeded', text),
    new GoogleError(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'),
    new GoogleError(429, 'rateLimitExceeded', 'Resource has been exhausted (e.g. check quota).'),
  ];
  return forms[turn % forms.length]!;
}
