import { parseArgs } from 'node:util';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Arguments {
  /** Sources are watched and rate limits are off. */
  dev: boolean;
  /** Paths of mbox files or Maildir folders, absolute. */
  mail: string[];
  /** How many messages the sample mailbox has. */
  messages: number | undefined;
  port: number | undefined;
  help: boolean;
}

export const USAGE = `Usage: npm start -- [options]

  --port N        where the page is served (default 3001; also PORT)
  --mail FILE     your own mail instead of the sample mailbox: an mbox file (Google Takeout's
                  too) or a Maildir folder; may be given more than once
  --messages N    how many messages the sample mailbox has (default 5000)
  --dev           watch the sources, rate limits off (npm run dev)
  --help          this text

Data is kept in .finito, or where FINITO_DATA_DIR says. With GOOGLE_CLIENT_ID and
GOOGLE_CLIENT_SECRET set, real Gmail accounts are connected and no simulator is started.`;

/** An option that does not exist or makes no sense; the message says which. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError */
export function parseArguments(args: string[]): Arguments {
  const values = parsed(args);
  const mail = (values.mail ?? []).map((path) => resolve(process.env['INIT_CWD'] ?? '.', path));
  const missing = mail.find((path) => !existsSync(path));
  if (missing !== undefined) throw new UsageError(`--mail: there is no ${missing}`);
  if (mail.length > 0 && values.messages !== undefined) {
    throw new UsageError('--messages is about the sample mailbox, and --mail replaces it');
  }
  return {
    dev: values.dev ?? false,
    help: values.help ?? false,
    mail,
    messages: wholeNumber('--messages', values.messages, 1, 1_000_000),
    port: wholeNumber('--port', values.port, 1, 65_535),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        dev: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        mail: { type: 'string', multiple: true },
        messages: { type: 'string' },
        port: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message.split('. ')[0], { cause });
  }
}

function wholeNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${name} has to be a whole number from ${min} to ${max}, not "${text}"`);
}
