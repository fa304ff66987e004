import type { z } from 'zod';
import { aliases } from './env.ts';

/** A zod object whose keys are names of environment variables. */
export type SettingsShape = z.ZodObject<Record<string, z.ZodType>>;

/** What parsing gives: the same settings under camelCase names (`REDIS_URL` → `redisUrl`). */
export type SettingsOf<S extends SettingsShape> = {
  readonly [Name in keyof z.output<S> & string as CamelCase<Name>]: z.output<S>[Name];
};

/**
 * Reads every setting once, frozen. An empty variable counts as not set (compose files write `NAME=`), unknown
 * variables are nobody's business.
 * @throws SettingsError with all faults at once, one line each
 */
export function parseSettings<S extends SettingsShape>(
  schema: S,
  variables: Variables = process.env,
): SettingsOf<S> {
  const given: Record<string, string | undefined> = {};
  for (const { name, aliases: others } of settingNames(schema)) {
    given[name] = [name, ...others]
      .map((each) => variables[each])
      .find((value) => value !== undefined && value !== '');
  }
  withUpstashPassword(given, variables);
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new SettingsError(parsed.error.issues.map(faultOf));
  const entries = Object.entries(parsed.data).map(([name, value]) => [camelCase(name), value]);
  return Object.freeze(Object.fromEntries(entries)) as SettingsOf<S>;
}

/** The name of every setting in a schema, with the aliases it is accepted under. */
export function settingNames(schema: SettingsShape): { name: string; aliases: string[] }[] {
  return Object.entries(schema.shape).map(([name, setting]) => ({
    name,
    aliases: aliases.get(setting)?.names ?? [],
  }));
}

/** The settings cannot be used; `faults` holds one line for each, which names the variable and never its value. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly faults: string[];

  constructor(faults: string[]) {
    super(`the settings cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

type Variables = Record<string, string | undefined>;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

const camelCase = (name: string) =>
  name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

// Upstash hands out the address and the token apart; Redis takes the token as the password of the address.
function withUpstashPassword(given: Variables, variables: Variables): void {
  const url = given['REDIS_URL'];
  const token = variables['UPSTASH_REDIS_TOKEN'];
  if (!url || url !== variables['UPSTASH_REDIS_URL'] || !token || !URL.canParse(url)) return;
  const address = new URL(url);
  if (address.password !== '') return;
  address.password = encodeURIComponent(token);
  given['REDIS_URL'] = address.href;
}

function faultOf(issue: z.core.$ZodIssue): string {
  const name = issue.path.length > 0 ? `${String(issue.path[0])}: ` : '';
  return `${name}${issue.message}`;
}
