import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Mail {
  /** Who owns it at the simulator. */
  email: string;
  /** What the simulator is started with. */
  args: string[];
  /** For the table. */
  source: string;
}

const folder = process.env['MAIL_DIR'] ?? '/work/shared/mail';
const lists = ['blinux', 'ponymail', 'spamassassin-ham', 'spice-devel', 'usrp-users'];

/** Real mail where it is on this machine, else the sample mailbox. */
export function wholeMail(messages: number): Mail {
  const paths = lists.map((name) => join(folder, `lists-${name}.mbox.gz`));
  if (!paths.every((path) => existsSync(path))) return sampleMail(messages);
  return {
    email: 'you@example.com',
    args: paths.flatMap((path) => ['--mail', path]),
    source: 'real list mail, 10,326 messages',
  };
}

export function sampleMail(messages: number): Mail {
  return {
    email: 'robin.ferrer@example.com',
    args: ['--messages', String(messages), '--newest-day', '2026-11-24'],
    source: `the sample mailbox, ${messages.toLocaleString('en')} messages`,
  };
}
