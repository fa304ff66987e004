/** `npm run simulator -- --port 9200 --mail FILE`: a Gmail of one's own, on this machine. */
import type { SimulatorAccount } from './accounts.ts';
import { parseArguments, usage, UsageError } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { loadMailFile, NotMailError } from './mailbox/load-mail-file.ts';
import { sampleDay } from './mailbox/sample-day.ts';
import type { MessageSource } from './mailbox/mailbox.ts';
import { sampleMailbox, sampleOwner } from './sample/mailbox.ts';
import { startGmailSimulator } from './start-gmail-simulator.ts';

try {
  await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const isUsage = error instanceof UsageError || error instanceof NotMailError;
  console.error(isUsage ? `${error.message}\n\n${usage}` : error.message);
  process.exit(isUsage ? 2 : 1);
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) return console.log(usage);
  const accounts = args.mail.length > 0 ? [ownAccount(args.mail)] : await sampleAccounts(args);
  const simulator = await startGmailSimulator({
    port: args.port,
    host: args.host,
    timeFactor: args.timeFactor,
    quotaProfile: args.profile,
    quotaEnforced: args.quotaEnforced,
    concurrencyLimit: args.concurrency,
    latencyMs: args.latencyMs,
    latencySpread: args.latencySpread,
    statePath: args.state,
    prebuilt: args.prebuilt,
    accounts,
  });
  const { emailAddress } = accounts[0]!;
  // One line of JSON, which whoever started this waits for.
  console.log(
    JSON.stringify({
      listening: true,
      url: simulator.url,
      endpoints: simulator.endpoints,
      account: emailAddress,
      messages: simulator.truth(emailAddress).length,
    }),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

function ownAccount(paths: string[]): SimulatorAccount {
  return { emailAddress: 'you@example.com', name: 'Your mail', messages: ownMail(paths) };
}

async function* ownMail(paths: string[]): AsyncGenerator<MessageSource> {
  for (const path of paths) yield* loadMailFile(path);
}

/** The first is the sample's owner; further ones have mail of their own seeds. */
async function sampleAccounts({
  messages,
  accounts,
  newestDay,
  state,
}: Arguments): Promise<SimulatorAccount[]> {
  const now = newestDay ?? sampleDay(state);
  return Promise.all(
    Array.from({ length: accounts }, async (_, index) => ({
      emailAddress: index === 0 ? sampleOwner.address : `person${index + 1}@example.com`,
      name: index === 0 ? sampleOwner.name : `Person ${index + 1}`,
      messages: handedOver(await sampleMailbox({ messages, now, seed: 7 + index })),
    })),
  );
}

/** Lets go of each message once it is taken, so that it is not in memory twice. */
function* handedOver(messages: (MessageSource | undefined)[]): Generator<MessageSource> {
  for (const [index, message] of messages.entries()) {
    messages[index] = undefined;
    yield message!;
  }
}
