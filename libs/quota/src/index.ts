export { createQuotaLedger } from './ledger.ts';
export type { QuotaLedger, QuotaLedgerOptions } from './ledger.ts';
export type {
  AcquireRequest,
  AcquireResult,
  CooldownRequest,
  Grant,
  QuotaDecision,
  ProjectQuotaState,
  RefusalReason,
  UserQuotaState,
} from './ledger-types.ts';
export { contentBreaker } from './fleet-breaker-types.ts';
export { createFleetBreaker } from './fleet-breaker.ts';
export type { FleetBreakerOptions } from './fleet-breaker.ts';
export type {
  Admission,
  BreakerListing,
  FleetBreaker,
  FleetBreakerEvent,
  FleetState,
} from './fleet-breaker-types.ts';
export { FleetBreakerUnavailableError, QuotaLedgerUnavailableError, QuotaProfileError } from './errors.ts';
export { quotaLanes } from './lanes.ts';
export type { LaneRule, QuotaLane } from './lanes.ts';
export { gmailMethods } from './gmail-methods.ts';
export type { GmailMethod } from './gmail-methods.ts';
export { parseQuotaProfile } from './parse-quota-profile.ts';
export { profileByName } from './profiles.ts';
export type { QuotaProfile, QuotaProfileName } from './profiles.ts';
