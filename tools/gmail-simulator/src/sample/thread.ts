// Mail between people: threads that follow a script, and notes that nobody answers.
import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { Attachment } from './compose.ts';
import { deckOf } from './context.ts';
import type { SampleContext } from './context.ts';
import { pdfOf, tableOf } from './documents.ts';
import { filler } from './fill.ts';
import { htmlLetter, plainLetter } from './letter.ts';
import type { Letter } from './letter.ts';
import { owner } from './people.ts';
import type { Address, Person } from './people.ts';
import { scriptsOf } from './scripts.ts';
import type { Script } from './scripts.ts';
import { foreignThreads } from './texts/threads-foreign.ts';
import { privateThreads } from './texts/threads-private.ts';
import { workThreads } from './texts/threads-work.ts';
import { notes } from './texts/notes.ts';

interface Topic extends Script {
  labels: string[];
}

export interface Threads {
  /** A thread that begins then; it ends with its script, or with what has not happened yet. */
  thread(startedAt: number): MessageSource[];
  note(at: number): MessageSource[];
}

export function createThreads(context: SampleContext): Threads {
  const { random, people } = context;
  const english = people.filter(({ language }) => language === 'en');
  const labelled = (text: string, label: string) =>
    scriptsOf(text).map((script) => ({ ...script, labels: [label] }));
  const topic = deckOf(random, [...labelled(workThreads, 'Work'), ...labelled(privateThreads, 'Friends')]);
  const foreigner = deckOf(
    random,
    people.filter(({ language }) => language !== 'en'),
  );
  const foreignTopics = new Map(
    Object.entries(foreignThreads).map(([language, text]) => [language, deckOf(random, scriptsOf(text))]),
  );
  const noteText = deckOf(random, notes.trim().split('\n'));
  return {
    thread(startedAt) {
      const at = waking(startedAt);
      if (!random.chance(0.16)) return threadOf(context, topic(), random.some(english, 3), at);
      const author = foreigner();
      return threadOf(context, { ...foreignTopics.get(author.language)!(), labels: [] }, [author], at);
    },
    note(at) {
      const [subject = '', text = '', sender] = noteText().split(' | ');
      const author = sender === undefined ? random.pick(english) : officeOf(sender);
      const lines = [{ role: 'A', paragraphs: text.split(' / ') }];
      return threadOf(context, { subject, lines, labels: [] }, [author], at);
    },
  };
}

/** A sender that is no person: `Name <address>`. */
function officeOf(sender: string): Person {
  const [, name = '', address = ''] = /^(.*) <(.*)>$/.exec(sender) ?? [];
  const manner = { language: 'en', charset: 'utf-8', program: 'outlook' } as const;
  return { name, address, ...manner, greeting: 'Dear Robin Ferrer,', closing: `Kind regards\n${name}` };
}

function threadOf(
  context: SampleContext,
  topic: Topic,
  [a, b = a, c = b]: Person[],
  startedAt: number,
): MessageSource[] {
  const { random, now } = context;
  const fill = filler(context, startedAt, a!.language);
  const cast: Record<string, Person | undefined> = { A: a, B: b, C: c };
  const present = [...new Set(topic.lines.flatMap(({ role }) => cast[role] ?? []))];
  const isLabelled = random.chance(0.3);
  const thread: MessageSource[] = [];
  const references: string[] = [];
  let at = startedAt;
  let before: Letter['quoted'];
  for (const [index, { role, paragraphs }] of topic.lines.entries()) {
    if (at > now) break;
    const author = cast[role];
    const said = paragraphs.map((text, place) => capital(fill(text), place, author, index));
    const letter = letterOf(said, author, index === 0, before);
    const messageId = context.messageIdOf(author ?? owner);
    thread.push(
      message(context, {
        author,
        others: present.filter((person) => person !== author),
        subject: `${index === 0 ? '' : 'Re: '}${fill(topic.subject)}`,
        letter,
        messageId,
        references: [...references],
        at,
        labels: isLabelled ? topic.labels : [],
      }),
    );
    references.push(messageId);
    before = { author: author ?? owner, at, paragraphs: said };
    at = waking(at + pause(context));
  }
  return thread;
}

// Openings go on after their greeting in lower case, as English does; a reply has no greeting.
function capital(text: string, place: number, author: Person | undefined, index: number): string {
  const goesOn = index === 0 && place === 0 && author?.language !== 'en';
  return goesOn ? text : text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

function letterOf(
  paragraphs: string[],
  author: Person | undefined,
  isFirst: boolean,
  quoted: Letter['quoted'],
): Letter {
  if (!author) return { paragraphs, closing: 'Robin', quoted };
  const { greeting, closing } = author;
  // Whoever answers drops the ceremony.
  return isFirst
    ? { paragraphs, greeting, closing }
    : { paragraphs, closing: closing.split('\n').at(-1)!, quoted };
}

interface Draft {
  /** `undefined`: the mailbox's owner. */
  author: Person | undefined;
  others: Person[];
  subject: string;
  letter: Letter;
  messageId: string;
  references: string[];
  at: number;
  labels: string[];
}

const programs: Record<Person['program'], Record<string, string>> = {
  webmail: {},
  outlook: { 'X-Mailer': 'Microsoft Outlook 16.0' },
  apple: { 'X-Mailer': 'Apple Mail (2.3774.600.62)' },
  mutt: { 'User-Agent': 'Mutt/2.2.13 (2024-03-09)' },
};

function message(context: SampleContext, draft: Draft): MessageSource {
  const { author, others, letter, at, references } = draft;
  const charset = author?.charset ?? 'utf-8';
  const program = author?.program ?? 'webmail';
  const writable = charset === 'utf-8' ? letter : withoutEuro(letter);
  const [to, ...cc]: Address[] = author ? [owner, ...others] : others;
  return compose({
    from: author ?? owner,
    to: [to!],
    cc,
    subject: draft.subject,
    messageId: draft.messageId,
    references,
    text: plainLetter(writable),
    html: charset === 'utf-8' ? htmlLetter(letter, program) : undefined,
    charset,
    attachments: attachmentsOf(context, draft),
    headers: programs[program],
    at,
    labelIds: labelsOf(context, draft),
    isReceived: author !== undefined,
  });
}

function attachmentsOf({ random, pictures }: SampleContext, { letter, subject }: Draft): Attachment[] {
  const text = letter.paragraphs.join(' ');
  if (
    /photo|picture|фотографии|写真/i.test(text) &&
    /attach|sent you|sorted|best are|вложен|送ります|разобрала/i.test(text)
  ) {
    return [1, 2].map((n) => ({
      filename: `IMG_${random.between(1_000, 9_998) + n}.png`,
      contentType: 'image/png',
      content: random.pick(pictures),
    }));
  }
  if (!/attach|anbei|ci-joint|附件|資料をお送り|во вложении|załączniku|slides from/i.test(text)) return [];
  const title = subject.replace(/^Re: /, '');
  if (/budget|figures|zahlen|numbers/i.test(text)) {
    return [{ filename: `${title}.csv`, contentType: 'text/csv', content: tableOf(random) }];
  }
  const content = pdfOf([title, ...letter.paragraphs]);
  return [{ filename: `${title}.pdf`, contentType: 'application/pdf', content }];
}

const day = 86_400_000;

function labelsOf({ random, now }: SampleContext, { author, at, labels }: Draft): string[] {
  if (!author) return ['SENT', ...labels];
  const age = now - at;
  // What is older than a month is mostly archived, what is fresh is mostly unread.
  const isArchived = age > 30 * day && random.chance(0.55);
  return [
    ...(isArchived ? [] : ['INBOX']),
    ...(age < 3 * day && random.chance(0.6) ? ['UNREAD'] : []),
    ...(random.chance(0.05) ? ['STARRED'] : []),
    ...(random.chance(0.3) ? ['IMPORTANT'] : []),
    'CATEGORY_PERSONAL',
    ...labels,
  ];
}

function pause({ random }: SampleContext): number {
  const minutes = random.chance(0.5) ? random.between(3, 90) : random.between(90, 1_800);
  return minutes * 60_000;
}

/** Nobody here writes between eleven at night and six in the morning. */
function waking(at: number): number {
  const hour = Math.floor(at / 3_600_000) % 24;
  return hour >= 6 && hour < 23 ? at : at + 8 * 3_600_000;
}

/** Old charsets have no euro sign, and none of the typographer's quotes. */
function withoutEuro(letter: Letter): Letter {
  const plain = (text: string) => text.replaceAll('€', 'EUR').replaceAll('’', "'").replaceAll('—', '-');
  return {
    ...letter,
    paragraphs: letter.paragraphs.map(plain),
    quoted: letter.quoted && { ...letter.quoted, paragraphs: letter.quoted.paragraphs.map(plain) },
  };
}
