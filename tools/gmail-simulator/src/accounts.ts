import { replay } from './mailbox/journal.ts';
import type { Journal } from './mailbox/journal.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import type { MessageSource } from './mailbox/mailbox.ts';
import { readyMessage } from './mailbox/ready-message.ts';

export interface SimulatorAccount {
  emailAddress: string;
  name: string;
  messages: Iterable<MessageSource> | AsyncIterable<MessageSource>;
}

/** Loads the mail, does again what the journal says, and keeps the journal from then on. */
export async function loadAccounts(
  accounts: readonly SimulatorAccount[],
  journal: Journal,
): Promise<Map<string, Mailbox>> {
  const mailboxes = new Map<string, Mailbox>();
  for (const { emailAddress, name, messages } of accounts) {
    const mailbox = new Mailbox({ emailAddress, name });
    for await (const message of messages) mailbox.load(message);
    mailbox.closeLoading();
    mailboxes.set(emailAddress, mailbox);
  }
  for (const entry of journal.entries) {
    const mailbox = entry.type === 'changed' ? mailboxes.get(entry.email) : undefined;
    if (mailbox && entry.type === 'changed') replay(mailbox, entry.operation);
  }
  for (const [email, mailbox] of mailboxes) {
    mailbox.onOperation = (operation) => journal.append({ type: 'changed', email, operation });
  }
  return mailboxes;
}

/** Makes every answer before it is asked for, so that whoever measures a client measures the client. */
export async function prebuild(mailboxes: Iterable<Mailbox>): Promise<void> {
  for (const mailbox of mailboxes) {
    for (const message of mailbox.messages.values()) await readyMessage(mailbox, message);
  }
}
