import type { Faker } from '@faker-js/faker';
import type { MessageSource } from './mailbox.ts';
import { compose, composeOld } from './sample-compose.ts';
import type { SampleContext } from './sample-mailbox.ts';
import { owner } from './sample-people.ts';
import type { Person } from './sample-people.ts';
import { topics } from './sample-texts.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNgaGAgCY1qGNUwqoEkAAC3Bf8BO4mW5QAAAABJRU5ErkJggg==',
  'base64',
);

/** A thread between the owner and one to three people, from one message to forty. */
export async function conversation(context: SampleContext, startedAt: number): Promise<MessageSource[]> {
  const { faker, now } = context;
  const topic = faker.helpers.arrayElement(topics);
  const others = faker.helpers.arrayElements(context.people, { min: 1, max: 3 });
  const fill = filler(faker);
  const subject = fill(topic.subject);
  const length = lengthOf(faker);
  const references: string[] = [];
  const thread: MessageSource[] = [];
  let at = startedAt;
  let quoted = '';
  const hasLabel = faker.number.int({ min: 0, max: 99 }) < 15;
  const labels = hasLabel ? [faker.helpers.arrayElement(['Family', 'Work', 'Travel', 'Flat hunt'])] : [];

  for (let n = 0; n < length && at <= now; n += 1) {
    const isOurs = n > 0 && faker.number.int({ min: 0, max: 2 }) === 0;
    const author = isOurs ? undefined : faker.helpers.arrayElement(others);
    const lines = n === 0 ? topic.opening.map(fill) : [fill(faker.helpers.arrayElement(topic.replies))];
    const greeting = author?.greeting ?? `Hi ${others[0]!.name.split(' ')[0]},`;
    const text = [
      ...(n % 3 === 0 ? [greeting, ''] : []),
      lines.join('\n\n'),
      '',
      author?.closing ?? 'Robin',
      ...(quoted ? ['', quoted] : []),
    ].join('\n');
    const messageId = `<${context.serial()}.${faker.string.alphanumeric(10)}@mail.example.com>`;
    thread.push(
      await written(context, { n, author, others, subject, text, messageId, references, at, labels }),
    );
    references.push(messageId);
    quoted = quote(author?.name ?? owner.name, at, lines);
    at += faker.number.int({ min: 4, max: n < 3 ? 600 : 3_000 }) * 60_000;
  }
  return thread;
}

interface Draft {
  n: number;
  author: Person | undefined;
  others: Person[];
  subject: string;
  text: string;
  messageId: string;
  references: string[];
  at: number;
  labels: string[];
}

async function written({ faker, now }: SampleContext, draft: Draft): Promise<MessageSource> {
  const { n, author, others, text, messageId, references, at } = draft;
  const subject = n === 0 ? draft.subject : `Re: ${draft.subject}`;
  const isFresh = now - at < 3 * 86_400_000;
  const isUnread = author !== undefined && isFresh && faker.number.int({ min: 0, max: 2 }) > 0;
  const labelIds = [
    author ? 'INBOX' : 'SENT',
    ...(isUnread ? ['UNREAD'] : []),
    ...(author && faker.number.int({ min: 0, max: 19 }) === 0 ? ['STARRED'] : []),
    ...(author && faker.number.int({ min: 0, max: 3 }) === 0 ? ['IMPORTANT'] : []),
    ...draft.labels,
  ];
  if (author && author.charset !== 'utf-8') {
    const to = `${owner.name} <${owner.address}>`;
    return composeOld(
      author,
      { from: author.name, fromAddress: author.address, to, subject, messageId, references },
      onlyWhat(author.charset, text),
      at,
      labelIds,
    );
  }
  const attachments = n === 0 && faker.number.int({ min: 0, max: 3 }) === 0 ? [attachmentFor(faker)] : [];
  return compose(
    {
      from: author ?? owner,
      to: author ? [owner, ...others.filter((other) => other !== author)] : others,
      subject,
      text,
      ...(faker.number.int({ min: 0, max: 9 }) < 6 && { html: htmlOf(text) }),
      messageId,
      ...(references.length > 0 && { inReplyTo: references.at(-1), references: [...references] }),
      attachments,
    },
    at,
    labelIds,
  );
}

/** Two thirds of real mail stands in threads of three and more (counted over the lists of a real archive). */
function lengthOf(faker: Faker): number {
  const roll = faker.number.int({ min: 0, max: 99 });
  if (roll < 25) return 1;
  if (roll < 40) return 2;
  if (roll < 70) return faker.number.int({ min: 3, max: 5 });
  if (roll < 90) return faker.number.int({ min: 6, max: 10 });
  if (roll < 98) return faker.number.int({ min: 11, max: 20 });
  return faker.number.int({ min: 21, max: 40 });
}

export function filler(faker: Faker): (text: string) => string {
  const values: Record<string, string> = {
    day: faker.date.weekday(),
    month: faker.date.month(),
    street: faker.location.street(),
    number: String(faker.number.int({ min: 2, max: 9_800 })),
    amount: `€ ${faker.number.int({ min: 80, max: 9_000 }).toLocaleString('en')}`,
    quarter: `Q${faker.number.int({ min: 1, max: 4 })}`,
    project: faker.helpers.arrayElement(['Harbour', 'Lighthouse', 'Juniper', 'Atlas']),
    place: faker.location.city(),
    name: faker.person.fullName(),
    book: faker.book.title(),
  };
  return (text) => text.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? key);
}

function attachmentFor(faker: Faker) {
  const rows = Array.from({ length: 12 }, (_, row) => `Item ${row + 1};${faker.number.int(900)}`).join(
    '\r\n',
  );
  return faker.helpers.arrayElement([
    { filename: 'figures.csv', content: `Name;Amount\r\n${rows}`, contentType: 'text/csv' },
    {
      filename: 'Entwurf – Übersicht.pdf',
      content: Buffer.from('%PDF-1.4\n%âãÏÓ\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n', 'latin1'),
      contentType: 'application/pdf',
    },
    { filename: 'photo.png', content: png, contentType: 'image/png' },
  ]);
}

function quote(name: string, at: number, lines: string[]): string {
  const date = new Date(at).toUTCString().slice(0, 22);
  return [`On ${date}, ${name} wrote:`, ...lines.map((line) => `> ${line}`)].join('\n');
}

function htmlOf(text: string): string {
  const [own = '', quoted] = text.split(/\n(?=On .* wrote:\n)/s);
  const escaped = (part: string) =>
    part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>');
  return `<div dir="ltr">${escaped(own)}</div>${quoted ? `<div class="gmail_quote"><blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${escaped(quoted)}</blockquote></div>` : ''}`;
}

/** What an old charset cannot write would become question marks. */
function onlyWhat(charset: Person['charset'], text: string): string {
  return charset === 'iso-8859-1' ? text.replaceAll('€', 'EUR') : text;
}
