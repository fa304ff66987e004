import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contentFromRaw } from '@finito/content';
import { sampleMailbox } from '@finito/gmail-simulator';

const folder = join(process.env['MAIL_DIR'] ?? '/work/shared/mail', 'html');

export interface HtmlMails {
  /** For the table. */
  source: string;
  /** The HTML of each. */
  mails: string[];
}

/** Real ones where they are on this machine, else those of the sample mailbox. */
export async function htmlMails(): Promise<HtmlMails> {
  const isReal = existsSync(folder);
  const mails: string[] = [];
  for await (const raw of isReal ? realMails() : sampleMails()) {
    const { html } = await contentFromRaw(raw);
    if (html !== null) mails.push(html);
  }
  return { source: `${mails.length} HTML mails, ${isReal ? 'real' : 'of the sample mailbox'}`, mails };
}

function* realMails(): Generator<Buffer> {
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    if (name.endsWith('.eml')) yield bytes;
    if (name.endsWith('.html'))
      yield Buffer.concat([Buffer.from('Content-Type: text/html; charset=utf-8\n\n'), bytes]);
  }
}

async function* sampleMails(): AsyncGenerator<Buffer> {
  for (const { raw } of await sampleMailbox({ messages: 300 })) yield raw;
}
