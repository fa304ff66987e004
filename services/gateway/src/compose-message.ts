import { createHash } from 'node:crypto';
import type { SendBody } from '@finito/api';
import type { EmailEnvelope } from '@finito/db';
import MailComposer from 'nodemailer/lib/mail-composer';

export interface ComposedMessage {
  /** base64url, as Gmail takes it. */
  raw: string;
  messageId: string;
}

/**
 * The message as it goes out. Its Message-ID follows from mailbox and key, so that it can be looked up before it is
 * ever sent a second time, whichever process does that.
 */
export async function composeMessage(
  body: SendBody,
  {
    from,
    key,
    answered,
  }: { from: string; key: string; answered: Pick<EmailEnvelope, 'messageId'> | undefined },
): Promise<ComposedMessage> {
  const unique = createHash('sha256').update(`${body.mailboxId} ${key}`).digest('hex').slice(0, 40);
  const messageId = `<${unique}@${from.split('@')[1] ?? 'localhost'}>`;
  const replied = answered?.messageId ?? undefined;
  const composer = new MailComposer({
    from,
    ...{ to: body.to, cc: body.cc, bcc: body.bcc, subject: body.subject, text: body.text, messageId },
    ...(replied !== undefined && { inReplyTo: replied, references: [replied] }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const message = composer.compile();
  message.keepBcc = true; // Gmail reads the recipients from the message and takes this header off
  return { raw: (await message.build()).toString('base64url'), messageId };
}
