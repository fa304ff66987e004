// Mail that programs send: newsletters, receipts, invitations, spam.
import type { MessageSource } from './mailbox.ts';
import { compose } from './sample-compose.ts';
import { filler } from './sample-conversation.ts';
import type { SampleContext } from './sample-mailbox.ts';
import { owner } from './sample-people.ts';
import { newsletters, shops } from './sample-texts.ts';

const unreadIfFresh = ({ now, faker }: SampleContext, at: number) =>
  now - at < 7 * 86_400_000 && faker.datatype.boolean(0.6) ? ['UNREAD'] : [];

export async function newsletter(context: SampleContext, at: number): Promise<MessageSource[]> {
  const { faker } = context;
  const issue = faker.helpers.arrayElement(newsletters);
  const fill = filler(faker);
  const subject = fill(faker.helpers.arrayElement(issue.subjects));
  const text = fill(issue.text);
  const html = `<!doctype html><html><head><style>a{color:${issue.color}}</style></head><body style="margin:0;background:#f4f4f1">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="600" cellpadding="24" cellspacing="0" style="background:#ffffff;font-family:Georgia,serif;color:#222">
<tr><td style="background:${issue.color};color:#ffffff;font-size:24px">${issue.name}</td></tr>
<tr><td><h1 style="font-size:22px;margin:0 0 12px">${subject}</h1><p style="line-height:1.6">${text}</p>
<img src="https://images.${issue.address.split('@')[1]}/header.jpg" width="552" height="180" alt="">
<p style="line-height:1.6">${fill('And a note from the editor: next week we are in {place}. Send us your tips.')}</p>
<p><a href="https://${issue.address.split('@')[1]}/read/${context.serial()}">Read on the web</a></p></td></tr>
<tr><td style="font-size:12px;color:#777">You receive this letter because you subscribed. <a href="https://${issue.address.split('@')[1]}/unsubscribe">Unsubscribe</a>
<img src="https://track.${issue.address.split('@')[1]}/o.gif" width="1" height="1" alt=""></td></tr></table></td></tr></table></body></html>`;
  const mail = {
    from: issue,
    to: owner,
    subject,
    text: `${subject}\n\n${text}\n\nUnsubscribe: https://${issue.address.split('@')[1]}/unsubscribe`,
    html,
    list: { unsubscribe: `https://${issue.address.split('@')[1]}/unsubscribe` },
    messageId: idOf(context),
  };
  return [await compose(mail, at, ['INBOX', 'CATEGORY_PROMOTIONS', ...unreadIfFresh(context, at)])];
}

/** An order, and two days later its parcel: two messages, one thread. */
export async function receipt(context: SampleContext, at: number): Promise<MessageSource[]> {
  const { faker, now } = context;
  const shop = faker.helpers.arrayElement(shops);
  const number = faker.string.numeric(8);
  const items = faker.helpers
    .arrayElements(shop.items, { min: 1, max: 3 })
    .map((item) => ({ item, price: faker.number.float({ min: 3, max: 89, fractionDigits: 2 }) }));
  const total = items.reduce((sum, { price }) => sum + price, 0).toFixed(2);
  const rows = items.map(
    ({ item, price }) =>
      `<tr><td style="padding:6px 0">${item}</td><td align="right">€ ${price.toFixed(2)}</td></tr>`,
  );
  const messageId = idOf(context);
  const order = await compose(
    {
      from: shop,
      to: owner,
      subject: `Your order ${number}`,
      messageId,
      text: `Thank you for your order ${number}.\n\n${items.map(({ item, price }) => `${item}: € ${price.toFixed(2)}`).join('\n')}\n\nTotal: € ${total}`,
      html: `<div style="font-family:Arial,sans-serif;max-width:520px"><h2>Thank you for your order</h2><p>Order <b>${number}</b></p><table width="100%">${rows.join('')}<tr><td style="border-top:1px solid #ddd;padding-top:8px"><b>Total</b></td><td align="right" style="border-top:1px solid #ddd;padding-top:8px"><b>€ ${total}</b></td></tr></table></div>`,
      attachments: [
        {
          filename: `Invoice ${number}.pdf`,
          content: Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'),
          contentType: 'application/pdf',
        },
      ],
    },
    at,
    ['INBOX', 'CATEGORY_UPDATES', 'Receipts', ...unreadIfFresh(context, at)],
  );
  const sentAt = at + 2 * 86_400_000;
  if (sentAt > now) return [order];
  const parcel = {
    from: shop,
    to: owner,
    subject: `Your order ${number} is on its way`,
    text: `Good news: your parcel left us today and should be with you in two days.\n\n${shop.name}`,
    messageId: idOf(context),
    inReplyTo: messageId,
    references: [messageId],
  };
  return [
    order,
    await compose(parcel, sentAt, ['INBOX', 'CATEGORY_UPDATES', ...unreadIfFresh(context, sentAt)]),
  ];
}

export async function invitation(context: SampleContext, at: number): Promise<MessageSource[]> {
  const { faker } = context;
  const person = faker.helpers.arrayElement(context.people);
  const summary = filler(faker)(
    faker.helpers.arrayElement(['Planning {quarter}', 'Coffee', '{project} review', 'Dentist']),
  );
  const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const starts = at + faker.number.int({ min: 1, max: 12 }) * 86_400_000;
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:${context.serial()}@example.com`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(starts)}`,
    `DTEND:${stamp(starts + 3_600_000)}`,
    `SUMMARY:${summary}`,
    `ORGANIZER;CN=${person.name}:mailto:${person.address}`,
    `ATTENDEE;CN=${owner.name}:mailto:${owner.address}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const mail = {
    from: { name: person.name, address: person.address },
    to: owner,
    subject: `Invitation: ${summary}`,
    text: `${person.name} invites you: ${summary}\n${new Date(starts).toUTCString()}`,
    icalEvent: { method: 'REQUEST', content: calendar },
    messageId: idOf(context),
  };
  return [await compose(mail, at, ['INBOX', ...unreadIfFresh(context, at)])];
}

export async function spam(context: SampleContext, at: number): Promise<MessageSource[]> {
  const { faker } = context;
  const isTrash = faker.datatype.boolean(0.4);
  const subject = faker.helpers.arrayElement([
    'You have been selected',
    'Re: your parcel is waiting',
    'Limited offer ends tonight',
    'Final notice',
  ]);
  const mail = {
    from: { name: faker.company.name(), address: `offer@${faker.internet.domainWord()}.example` },
    to: owner,
    subject,
    text: `${subject}!\n\nClick here: https://offer.example/${context.serial()}`,
    messageId: idOf(context),
  };
  return [await compose(mail, at, [isTrash ? 'TRASH' : 'SPAM'])];
}

function idOf({ serial, faker }: SampleContext): string {
  return `<${serial()}.${faker.string.alphanumeric(10)}@lists.example>`;
}
