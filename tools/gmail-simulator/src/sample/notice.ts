// Short mail that programs send: warnings, tickets, statements; and what nobody asked for.
import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { SampleContext } from './context.ts';
import { pdfOf } from './documents.ts';
import { filler } from './fill.ts';
import { page } from './page.ts';
import { owner } from './people.ts';

interface Kind {
  name: string;
  address: string;
  colour: string;
  subject: string;
  text: string;
  /** Name of an attached page. */
  document?: string;
}

const kinds: Kind[] = [
  {
    name: 'Account security',
    address: 'no-reply@accounts.example',
    colour: '#1a56b0',
    subject: 'New sign-in to your account',
    text: 'Somebody signed in to your account with a browser on Linux, in {place}. / If that was you, there is nothing to do. If not, change your password now.',
  },
  {
    name: 'Regional Railways',
    address: 'tickets@regionalrailways.example',
    colour: '#a11a2e',
    subject: 'Your ticket to {place}, booking {number}',
    text: 'Thank you for your booking. Your ticket is attached; you may show it on paper or on a screen. / {day}, coach 21, seat {house}, {amount_small}.',
    document: 'Ticket {number}.pdf',
  },
  {
    name: 'Cooperative Bank',
    address: 'statements@coopbank.example',
    colour: '#0a5c36',
    subject: 'Your statement of account {number}',
    text: 'Your new statement is ready and attached to this message. / Please check it within thirty days.',
    document: 'Statement {number}.pdf',
  },
  {
    name: 'City Energy',
    address: 'billing@cityenergy.example',
    colour: '#8a6d00',
    subject: 'Your bill for {month}: {amount}',
    text: 'Your bill is attached. The sum of {amount} is taken from your account on {day}. / You have used a little less than your neighbours.',
    document: 'Bill {number}.pdf',
  },
  {
    name: 'Photo Cloud',
    address: 'memories@photocloud.example',
    colour: '#5b2a86',
    subject: 'You have new memories from {place}',
    text: 'On this day some years ago you were in {place}. / Have a look at the twelve pictures that you took.',
  },
  {
    name: 'Hotel am See',
    address: 'reception@hotel-am-see.example',
    colour: '#2b5d6b',
    subject: 'Your reservation {number}',
    text: 'We look forward to your visit on {day}. Your room has a view of the lake, breakfast is from seven to half past ten. / You may cancel free of charge until the day before.',
  },
  {
    name: 'Build Robot',
    address: 'robot@ci.harbour-works.example',
    colour: '#7a2020',
    subject: '[{project}] build {number} failed',
    text: 'Step "test" failed after 4 min 12 s: 1 of 812 tests. / order-export.test.ts: expected "12.50", received "12,50"',
  },
  {
    name: 'Build Robot',
    address: 'robot@ci.harbour-works.example',
    colour: '#2f6b2f',
    subject: '[{project}] build {number} is back to normal',
    text: 'All 812 tests passed after 4 min 2 s. / The last change was by {name}.',
  },
];

export function notice(context: SampleContext, at: number): MessageSource[] {
  const { random, now } = context;
  const { name, address, colour, ...kind } = random.pick(kinds);
  const fill = filler(context, at);
  const subject = fill(kind.subject);
  const paragraphs = kind.text.split(' / ').map(fill);
  const filename = kind.document && fill(kind.document);
  return [
    compose({
      from: { name, address },
      to: [owner],
      subject,
      messageId: context.messageIdOf({ name, address }),
      text: ['Dear Robin Ferrer,', ...paragraphs, name].join('\n\n'),
      html: page({
        title: subject,
        colour,
        head: name,
        blocks: paragraphs,
        foot: 'Please do not answer this message.',
      }),
      attachments: filename
        ? [{ filename, contentType: 'application/pdf', content: pdfOf([subject, name, '', ...paragraphs]) }]
        : [],
      headers: { 'Auto-Submitted': 'auto-generated' },
      at,
      labelIds: [
        'CATEGORY_UPDATES',
        ...(now - at < 40 * 86_400_000 || random.chance(0.4) ? ['INBOX'] : []),
        ...(now - at < 4 * 86_400_000 && random.chance(0.5) ? ['UNREAD'] : []),
      ],
      isReceived: true,
    }),
  ];
}

const offers = [
  [
    'You have been selected',
    'You are one of seven winners of our {month} draw. Tell us your address to claim {amount}.',
  ],
  [
    'Your parcel is waiting',
    'A parcel could not be delivered. Pay {amount_small} within 24 hours to have it sent again.',
  ],
  ['Limited offer ends tonight', 'Vitamins as nature wanted them, now 80 % off. Only today.'],
  ['Final notice', 'Your domain name expires. Renew it now to avoid interruption of service.'],
  ['Investment opportunity in {place}', 'A rare chance with a guaranteed return of 14 % a month.'],
];

/** Goes to the spam folder, or was thrown away. */
export function unwanted(context: SampleContext, at: number): MessageSource[] {
  const { random } = context;
  const fill = filler(context, at);
  const [subject = '', text = ''] = random.pick(offers).map(fill);
  const address = `${random.pick(['offer', 'info', 'winner', 'service'])}${random.between(10, 999)}@${random.pick(['bestdeal', 'parcel-info', 'luckyday', 'cheap-domains'])}.example`;
  const link = `http://${address.split('@')[1]}/${context.serial()}`;
  return [
    compose({
      from: { name: random.pick(['Customer Service', 'Parcel Team', 'Mr. Adams', 'WINNER DESK']), address },
      to: [owner],
      subject,
      messageId: context.messageIdOf({ name: '', address }),
      text: `${text}\n\n${link}`,
      html: `<center><font color="red" size="5">${subject}!</font><p>${text}</p><a href="${link}">CLICK HERE</a><img src="${link}.gif" width="1"></center>`,
      at,
      labelIds: [random.chance(0.35) ? 'TRASH' : 'SPAM', 'UNREAD'],
      isReceived: true,
    }),
  ];
}
