import type { GmailMethod } from './gmail-methods.ts';

/** Google's limits and prices for one kind of Cloud project. */
export interface QuotaProfile {
  name: string;
  userUnitsPerMinute: number;
  projectUnitsPerMinute: number;
  /** Per Pacific day; null when there is no daily limit. */
  projectUnitsPerDay: number | null;
  units: Readonly<Record<GmailMethod, number>>;
}

const profileNames = ['2026-05', 'legacy-2025'] as const;
export type QuotaProfileName = (typeof profileNames)[number];

/**
 * Google's two published tables. `2026-05` holds for Cloud projects made on or after 1 May 2026; those that used
 * the API from November 2025 to April 2026 keep `legacy-2025`.
 */
export function profileByName(name: QuotaProfileName): QuotaProfile {
  return profiles[name];
}

export function isProfileName(name: string): name is QuotaProfileName {
  return (profileNames as readonly string[]).includes(name);
}

// Source: https://developers.google.com/workspace/gmail/api/reference/quota. The legacy prices of threads.*, watch
// and stop come from tables in public code.
const legacyUnits: Record<GmailMethod, number> = {
  getProfile: 1,
  watch: 100,
  stop: 50,
  'messages.list': 5,
  'messages.get': 5,
  'messages.attachments.get': 5,
  'messages.modify': 5,
  'messages.batchModify': 50,
  'messages.trash': 5,
  'messages.untrash': 5,
  'messages.delete': 10,
  'messages.batchDelete': 50,
  'messages.import': 25,
  'messages.insert': 25,
  'messages.send': 100,
  'threads.list': 10,
  'threads.get': 10,
  'threads.modify': 10,
  'threads.trash': 10,
  'threads.untrash': 10,
  'threads.delete': 20,
  'history.list': 2,
  'labels.list': 1,
  'labels.get': 1,
  'labels.create': 5,
  'labels.update': 5,
  'labels.delete': 5,
  'drafts.list': 5,
  'drafts.get': 5,
  'drafts.create': 10,
  'drafts.update': 15,
  'drafts.delete': 10,
  'drafts.send': 100,
};

// The prices that rose in May 2026, from https://developer.nylas.com/docs/cookbook/email/gmail-api-quotas.md and
// tables in public code. In doubt: threads.trash (one table says 20), stop (50 or 100); the dearer one stands here,
// since a price taken too high costs a little time and one too low costs refusals.
const may2026Units: Record<GmailMethod, number> = {
  ...legacyUnits,
  'messages.get': 20,
  'messages.attachments.get': 20,
  'threads.get': 40,
  'threads.trash': 20,
  'drafts.get': 20,
  stop: 100,
};

const profiles: Record<QuotaProfileName, QuotaProfile> = {
  '2026-05': {
    name: '2026-05',
    userUnitsPerMinute: 6_000,
    projectUnitsPerMinute: 1_200_000,
    projectUnitsPerDay: 80_000_000,
    units: may2026Units,
  },
  'legacy-2025': {
    name: 'legacy-2025',
    userUnitsPerMinute: 15_000,
    projectUnitsPerMinute: 1_200_000,
    projectUnitsPerDay: null,
    units: legacyUnits,
  },
};
