import { parseArgs } from 'node:util';
import { quotaTables } from './quota-tables.ts';
import type { QuotaProfileName } from './quota-tables.ts';

export interface Arguments {
  help: boolean;
  port: number;
  host: string;
  /** Paths of mbox files, Maildirs, folders of .eml files; none: the sample mailbox. */
  mail: string[];
  messages: number;
  /** The day of the sample's newest message. */
  newestDay: Date | undefined;
  accounts: number;
  profile: QuotaProfileName;
  timeFactor: number;
  quotaEnforced: boolean;
  concurrency: number;
  latencyMs: number;
  latencySpread: number;
  state: string | undefined;
  prebuilt: boolean;
}

export const usage = `Usage: npm run simulator -- [options]

  --port N            default: a free one
  --host ADDRESS      default 127.0.0.1
  --mail PATH         an mbox file (Takeout's too, also .gz), a Maildir, a folder of .eml files, or one;
                      may be given more than once; default: the sample mailbox
  --messages N        of the sample mailbox; default 5000
  --newest-day DATE   of the sample mailbox, as 2026-11-24; default the last midnight, with --state that
                      of its first start
  --accounts N        that many sample mailboxes, each another; default 1
  --profile NAME      ${Object.keys(quotaTables).join(' or ')}: Google's prices and limits; default 2026-05
  --time-factor N     quota minutes pass that many times faster; default 1
  --no-quota          count units, refuse nothing
  --concurrency N     requests of one user at once; default 10
  --latency-ms N      median time of an answer; default 0
  --latency-spread N  sigma of the log-normal distribution of latencies; default 0
  --state FILE        keep what happens over restarts
  --prebuilt          make all answers before listening, for benchmarks
  --help              this text`;

/** An option that does not exist or makes no sense; the message says which. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError */
export function parseArguments(args: string[]): Arguments {
  const values = parsed(args);
  const { mail = [], profile = '2026-05' } = values;
  if (!Object.hasOwn(quotaTables, profile)) {
    throw new UsageError(`--profile has to be ${Object.keys(quotaTables).join(' or ')}, not "${profile}"`);
  }
  const other = (['messages', 'newest-day', 'accounts'] as const).find((name) => values[name] !== undefined);
  if (mail.length > 0 && other)
    throw new UsageError(`--${other} is about sample mail, and --mail replaces it`);
  const whole = (name: keyof typeof values & string, usual: number, least: number, most: number) =>
    number(`--${name}`, values[name], usual, { least, most, isWhole: true });
  const real = (name: keyof typeof values & string, usual: number, least: number, most: number) =>
    number(`--${name}`, values[name], usual, { least, most, isWhole: false });
  return {
    help: values.help ?? false,
    port: whole('port', 0, 0, 65_535),
    host: values.host ?? '127.0.0.1',
    mail,
    messages: whole('messages', 5_000, 1, 1_000_000),
    newestDay: day('--newest-day', values['newest-day']),
    accounts: whole('accounts', 1, 1, 10_000),
    profile: profile as QuotaProfileName,
    timeFactor: real('time-factor', 1, 0.001, 100_000),
    quotaEnforced: !values['no-quota'],
    concurrency: whole('concurrency', 10, 1, 10_000),
    latencyMs: real('latency-ms', 0, 0, 600_000),
    latencySpread: real('latency-spread', 0, 0, 3),
    state: values.state,
    prebuilt: values.prebuilt ?? false,
  };
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        help: { ...flag, short: 'h' },
        port: text,
        host: text,
        mail: { ...text, multiple: true },
        messages: text,
        'newest-day': text,
        accounts: text,
        profile: text,
        'time-factor': text,
        'no-quota': flag,
        concurrency: text,
        'latency-ms': text,
        'latency-spread': text,
        state: text,
        prebuilt: flag,
      },
    }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message.split('. ')[0], { cause });
  }
}

function day(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new UsageError(`${name} has to be a date as 2026-11-24, not "${text}"`);
}

interface Range {
  least: number;
  most: number;
  isWhole: boolean;
}

function number(name: string, text: unknown, usual: number, { least, most, isWhole }: Range): number {
  if (text === undefined) return usual;
  const value = /^\d+(\.\d+)?$/.test(String(text)) ? Number(text) : NaN;
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'whole number' : 'number';
  throw new UsageError(`${name} has to be a ${kind} from ${least} to ${most}, not "${String(text)}"`);
}
