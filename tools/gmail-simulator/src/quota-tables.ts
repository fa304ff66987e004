// Google's prices and limits. The simulator's own copy on purpose: what the product believes is held
// against it. Sources: https://developers.google.com/workspace/gmail/api/reference/quota for the limits,
// https://developer.nylas.com/docs/cookbook/email/gmail-api-quotas.md and public code for the prices.

const legacyUnits = {
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

export type MethodName = keyof typeof legacyUnits;

export interface QuotaTable {
  userPerMinute: number;
  projectPerMinute: number;
  /** Per Pacific day. */
  projectPerDay: number;
  units: Record<MethodName, number>;
}

export type QuotaProfileName = '2026-05' | 'legacy-2025';

export const quotaTables: Record<QuotaProfileName, QuotaTable> = {
  '2026-05': {
    userPerMinute: 6_000,
    projectPerMinute: 1_200_000,
    projectPerDay: 80_000_000,
    units: {
      ...legacyUnits,
      'messages.get': 20,
      'messages.attachments.get': 20,
      'threads.get': 40,
      'threads.trash': 20,
      'drafts.get': 20,
      stop: 100,
    },
  },
  'legacy-2025': {
    userPerMinute: 15_000,
    projectPerMinute: 1_200_000,
    projectPerDay: Infinity,
    units: legacyUnits,
  },
};
