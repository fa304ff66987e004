/** `npm run simulator -- --port 9200 --mail FILE`: a Gmail of one's own, on this machine. */
import { parseArgs } from 'node:util';
import { loadMailFile } from './load-mail-file.ts';
import type { MessageSource } from './mailbox.ts';
import { sampleMailbox, sampleOwner } from './sample-mailbox.ts';
import { startGmailSimulator } from './start-gmail-simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    mail: { type: 'string', multiple: true, default: [] },
    messages: { type: 'string', default: '5000' },
    'newest-day': { type: 'string' },
    'time-factor': { type: 'string', default: '1' },
    profile: { type: 'string', default: '2026-05' },
    state: { type: 'string' },
    'no-quota': { type: 'boolean', default: false },
    'latency-ms': { type: 'string', default: '0' },
  },
});

async function* ownMail(paths: string[]): AsyncGenerator<MessageSource> {
  for (const path of paths) yield* loadMailFile(path);
}

const isOwn = values.mail.length > 0;
const simulator = await startGmailSimulator({
  port: Number(values.port),
  timeFactor: Number(values['time-factor']),
  quotaProfile: values.profile === 'legacy-2025' ? 'legacy-2025' : '2026-05',
  quotaEnforced: !values['no-quota'],
  latencyMs: Number(values['latency-ms']),
  statePath: values.state,
  accounts: [
    isOwn
      ? { emailAddress: 'you@example.com', name: 'Your mail', messages: ownMail(values.mail) }
      : {
          emailAddress: sampleOwner.address,
          name: sampleOwner.name,
          messages: await sampleMailbox({
            messages: Number(values.messages),
            now: values['newest-day'] === undefined ? undefined : new Date(values['newest-day']),
          }),
        },
  ],
});
const [account] = isOwn ? ['you@example.com'] : [sampleOwner.address];
console.log(
  JSON.stringify({
    listening: true,
    url: simulator.url,
    endpoints: simulator.endpoints,
    account,
    messages: simulator.truth(account!).length,
  }),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}
