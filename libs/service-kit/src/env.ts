import { z } from 'zod';

/**
 * Builders of settings: each reads one environment variable, which is always a string, and says in its fault what
 * would have been right. A builder without a default makes the setting required; `.optional()` makes it optional.
 * A fault never repeats the value it refuses, for that may be a secret.
 */
export const env = {
  text: (options: { default?: string; expected?: string } = {}) =>
    withDefault(given(options.expected ?? 'some text'), options.default),

  /** A secret of at least `minLength` characters (16 unless told). It has no default: a known secret is none. */
  secret: (options: { minLength?: number } = {}) => {
    const { minLength = 16 } = options;
    const expected = `a secret of at least ${minLength} characters`;
    return read(expected, (text) => (text.length >= minLength ? text : undefined));
  },

  integer: (options: { default?: number; min?: number; max?: number } = {}) => {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
    const expected = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
    return withDefault(
      read(`a whole number, ${expected}`, (text) => numberWithin(text, { min, max, pattern: /^-?\d+$/ })),
      options.default,
    );
  },

  /** A number that may have a fraction, such as a ratio or a factor. */
  number: (options: { default?: number; min?: number; max?: number } = {}) => {
    const { min = 0, max = Number.MAX_VALUE } = options;
    const expected = max === Number.MAX_VALUE ? `${min} or more` : `from ${min} to ${max}`;
    return withDefault(
      read(`a number, ${expected}`, (text) => numberWithin(text, { min, max, pattern: /^-?\d+(\.\d+)?$/ })),
      options.default,
    );
  },

  /** A TCP port; 0 takes a free one. */
  port: (options: { default?: number } = {}) => env.integer({ ...options, max: 65_535 }),

  flag: (options: { default?: boolean } = {}) =>
    withDefault(
      read('on or off (also true, false, 1, 0, yes, no)', (text) => flags.get(text.toLowerCase())),
      options.default,
    ),

  choice: <const T extends string>(choices: readonly T[], options: { default?: NoInfer<T> } = {}) => {
    const schema = read(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text));
    return withDefault(schema, options.default);
  },

  /** An absolute URL of one of the schemes given (http and https unless told), kept as the text it was. */
  url: (options: { default?: string; schemes?: readonly string[] } = {}) => {
    const { schemes = ['http', 'https'] } = options;
    const expected = `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
    return withDefault(
      read(expected, (text) => (isUrl(text, schemes) ? text : undefined)),
      options.default,
    );
  },

  /** A comma-separated list; blanks around the items and empty items are dropped. */
  list: (options: { default?: string[]; minItems?: number } = {}) => {
    const { minItems = 0 } = options;
    const expected =
      minItems > 0 ? `at least ${minItems}, separated by commas` : 'values separated by commas';
    return withDefault(
      read(expected, (text) => itemsOf(text, minItems)),
      options.default,
    );
  },

  /** Other names the setting is accepted under, tried in order when its own is not set. Apply it last. */
  alias: <S extends z.ZodType>(schema: S, ...names: string[]): S => {
    aliases.add(schema, { names });
    return schema;
  },
};

/** The other names of a setting, by its schema. */
export const aliases = z.registry<{ names: string[] }>();

const flags = new Map([
  ...['on', 'true', '1', 'yes'].map((word) => [word, true] as const),
  ...['off', 'false', '0', 'no'].map((word) => [word, false] as const),
]);

function withDefault<S extends z.ZodType>(schema: S, value: unknown): S {
  // The cast hides ZodDefault: to the reader of a setting both give the same type.
  return value === undefined ? schema : (schema.default(value as never) as unknown as S);
}

const given = (expected: string) => read(expected, (text) => text);

function read<T>(expected: string, parse: (text: string) => T | undefined) {
  return z
    .string({
      error: (issue) => `is ${issue.input === undefined ? 'missing' : 'not text'}; expected ${expected}`,
    })
    .transform((text, context): T => {
      const value = parse(text.trim());
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', message: `is not valid; expected ${expected}`, input: text });
      return z.NEVER;
    });
}

function numberWithin(text: string, { min, max, pattern }: { min: number; max: number; pattern: RegExp }) {
  if (!pattern.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1));
}

function itemsOf(text: string, minItems: number): string[] | undefined {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items.length >= minItems ? items : undefined;
}
