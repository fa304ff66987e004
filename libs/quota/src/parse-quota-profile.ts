import { z } from 'zod';
import { QuotaProfileError } from './errors.ts';
import { gmailMethods } from './gmail-methods.ts';
import { isProfileName, profileByName } from './profiles.ts';
import type { QuotaProfile, QuotaProfileName } from './profiles.ts';

/**
 * A profile from a setting: one of Google's two by name, or a JSON object. The object states what differs from the
 * profile it `extends` (default `2026-05`): `{ "name": "ours", "userUnitsPerMinute": 3000, "units": { "watch": 50 } }`.
 * @throws QuotaProfileError
 */
export function parseQuotaProfile(input: unknown): QuotaProfile {
  if (typeof input === 'string' && isProfileName(input)) return profileByName(input);
  const parsed = customProfile.safeParse(typeof input === 'string' ? parseJson(input) : input);
  if (!parsed.success) throw new QuotaProfileError(`The quota profile is wrong: ${faults(parsed.error)}`);
  const { extends: baseName, units, ...own } = parsed.data;
  const base = profileByName(baseName);
  const profile = { ...base, ...own, units: { ...base.units, ...units } };
  const dearest = Math.max(...Object.values(profile.units));
  if (profile.userUnitsPerMinute < 2 * dearest || profile.projectUnitsPerMinute < 2 * dearest) {
    throw new QuotaProfileError(
      `The quota profile is wrong: its dearest method costs ${dearest} units, too near to a limit per minute`,
    );
  }
  return profile;
}

const units = z.int().min(1).max(1_000_000_000);
const names: [QuotaProfileName, QuotaProfileName] = ['2026-05', 'legacy-2025'];

const customProfile = z.strictObject({
  name: z.string().min(1).max(60).default('custom'),
  extends: z.enum(names).default('2026-05'),
  userUnitsPerMinute: units.optional(),
  projectUnitsPerMinute: units.optional(),
  projectUnitsPerDay: z.int().min(1).max(1e12).nullable().optional(),
  units: z.partialRecord(z.enum(gmailMethods), units).default({}),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new QuotaProfileError('The quota profile is neither 2026-05, legacy-2025 nor JSON', { cause });
  }
}

function faults(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'profile'}: ${issue.message}`).join('; ');
}
