// The loop that most people would write: p-queue with three at once and ten a second, messages.get for each,
// prisma.create for each. As a process of its own, because its CPU is what it is compared by.
import { auth, gmail } from '@googleapis/gmail';
import type { gmail_v1 } from '@googleapis/gmail';
import { PrismaPg } from '@prisma/adapter-pg';
import PQueue from 'p-queue';
import { PrismaClient } from '../../libs/db/src/generated/client.ts';

/** Told by the process that measures it. */
const settings = JSON.parse(process.env['NAIVE'] ?? '{}') as {
  gmailUrl: string;
  accessToken: string;
  databaseUrl: string;
  mailboxId: string;
  /** How many of the newest messages to fetch. */
  messages: number;
  /** Started in a second; 0: as many as three at once allow. */
  perSecond: number;
  sanitise: boolean;
};

const client = new auth.OAuth2();
client.setCredentials({ access_token: settings.accessToken });
const { users } = gmail({ version: 'v1', auth: client, rootUrl: `${settings.gmailUrl}/` });
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: settings.databaseUrl }) });
const queue = new PQueue({
  concurrency: 3,
  ...(settings.perSecond > 0 && { interval: 1_000, intervalCap: settings.perSecond }),
});
const sanitised = settings.sanitise
  ? (await import('./dompurify.ts')).createDomPurify()
  : (html: string) => html;
const done = { stored: 0, failed: 0 };

// What it costs to start is not measured: it waits for a signal.
const waiting = setInterval(() => undefined, 60_000);
process.once('SIGUSR2', () => void sync());
console.log('ready');

async function sync(): Promise<void> {
  clearInterval(waiting);
  const ids = await listed();
  await queue.addAll(ids.slice(0, settings.messages).map((id) => () => fetchOne(id)));
  console.log(JSON.stringify(done));
  await prisma.$disconnect();
  process.exit(0);
}

async function listed(): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const { data } = await users.messages.list({ userId: 'me', maxResults: 500, pageToken });
    ids.push(...(data.messages ?? []).map(({ id }) => id!));
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken && ids.length < settings.messages);
  return ids;
}

async function fetchOne(id: string): Promise<void> {
  try {
    const { data } = await users.messages.get({ userId: 'me', id, format: 'full' });
    await store(data);
    done.stored += 1;
  } catch {
    done.failed += 1;
  }
}

async function store(message: gmail_v1.Schema$Message): Promise<void> {
  const { mailboxId } = settings;
  const header = (name: string) =>
    message.payload?.headers?.find((each) => each.name?.toLowerCase() === name)?.value ?? '';
  const parts = partsOf(message.payload);
  const text = bodyOf(parts, 'text/plain');
  const html = bodyOf(parts, 'text/html');
  const [, fromName = '', fromAddress = ''] = /^(.*?)\s*<(.*)>$/.exec(header('from')) ?? [];
  await prisma.email.create({
    data: {
      mailboxId,
      gmailId: message.id!,
      threadId: message.threadId!,
      historyId: message.historyId!,
      receivedAt: new Date(Number(message.internalDate)),
      subject: header('subject').replaceAll('\0', ''),
      fromName,
      fromAddress,
      recipients: { to: header('to'), cc: header('cc') },
      messageId: header('message-id'),
      labelIds: message.labelIds ?? [],
      size: message.sizeEstimate ?? 0,
      snippet: message.snippet ?? '',
      hasAttachments: parts.some(({ filename }) => Boolean(filename)),
    },
  });
  await prisma.content.create({
    data: { mailboxId, gmailId: message.id!, text, html: html === null ? null : sanitised(html) },
  });
}

function partsOf(part: gmail_v1.Schema$MessagePart | undefined): gmail_v1.Schema$MessagePart[] {
  return part ? [part, ...(part.parts ?? []).flatMap(partsOf)] : [];
}

function bodyOf(parts: gmail_v1.Schema$MessagePart[], mimeType: string): string | null {
  const data = parts.find((part) => part.mimeType === mimeType && !part.filename)?.body?.data;
  return data ? Buffer.from(data, 'base64url').toString().replaceAll('\0', '') : null;
}
