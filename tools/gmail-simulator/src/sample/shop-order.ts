import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { Mail } from './compose.ts';
import type { SampleContext } from './context.ts';
import { pdfOf } from './documents.ts';
import { escaped } from './letter.ts';
import { page } from './page.ts';
import { owner } from './people.ts';
import { shops } from './texts/shops.ts';
import type { Shop } from './texts/shops.ts';

const day = 86_400_000;
const euros = (cents: number) => `€ ${(cents / 100).toFixed(2)}`;

interface Order {
  shop: Shop;
  number: string;
  items: { name: string; count: number; cents: number }[];
  total: number;
}

/** A confirmation, and the parcel's departure and arrival once their time has come. */
export function shopOrder(context: SampleContext, at: number): MessageSource[] {
  const { random, now } = context;
  const shop = random.pick(shops);
  const items = random.some(shop.items, random.between(1, 3)).map(([name, cents]) => ({
    name,
    cents,
    count: random.chance(0.8) ? 1 : 2,
  }));
  const total = items.reduce((sum, { cents, count }) => sum + cents * count, 0) + shipping;
  const order = {
    shop,
    items,
    total,
    number: `${random.between(10, 99)}-${random.between(100_000, 999_999)}`,
  };
  const sentAt = at + random.between(20, 50) * 3_600_000;
  const arrivedAt = sentAt + random.between(1, 3) * day;
  const stages = [confirmation(context, order, at), parcel(order, sentAt), delivery(order, arrivedAt)];
  const references: string[] = [];
  return stages
    .filter((mail) => mail.at <= now)
    .map((mail) => {
      const messageId = context.messageIdOf(shop);
      const message = compose({ ...whole(context, shop, mail), messageId, references: [...references] });
      references.push(messageId);
      return message;
    });
}

const shipping = 390;

type Stage = Pick<Mail, 'subject' | 'text' | 'html' | 'attachments' | 'at'>;

function whole({ random, now }: SampleContext, shop: Shop, stage: Stage): Omit<Mail, 'messageId'> {
  const age = now - stage.at;
  return {
    ...stage,
    from: { name: shop.name, address: shop.address },
    to: [owner],
    labelIds: [
      ...(age > 20 * day && random.chance(0.6) ? [] : ['INBOX']),
      ...(age < 4 * day && random.chance(0.5) ? ['UNREAD'] : []),
      'CATEGORY_UPDATES',
      ...(stage.attachments ? ['Receipts'] : []),
    ],
    isReceived: true,
  };
}

function confirmation({ pictures, random }: SampleContext, order: Order, at: number): Stage {
  const { shop, number, items, total } = order;
  const lines = items.map(({ name, count, cents }) => `${count} × ${name}: ${euros(cents * count)}`);
  const all = [...lines, `Shipping: ${euros(shipping)}`, `Total: ${euros(total)}`];
  const rows = items.map(
    ({ name, count, cents }) =>
      `<tr><td style="padding:6px 0">${count} × ${escaped(name)}</td><td align="right">${euros(cents * count)}</td></tr>`,
  );
  const table = `<table width="100%" style="border-collapse:collapse">${rows.join('')}<tr><td style="padding:6px 0">Shipping</td><td align="right">${euros(shipping)}</td></tr><tr><td style="border-top:1px solid #dddddd;padding-top:8px"><b>Total, VAT included</b></td><td align="right" style="border-top:1px solid #dddddd;padding-top:8px"><b>${euros(total)}</b></td></tr></table>`;
  const logo = `<img src="cid:logo@${shop.address.split('@')[1]}" width="48" height="30" alt="" style="vertical-align:middle;margin-right:12px">`;
  return {
    at,
    subject: `Your order ${number} at ${shop.name}`,
    text: `Thank you for your order, Robin!\n\nOrder ${number}\n\n${all.join('\n')}\n\nWe write again when your parcel leaves us.\n${shop.name}`,
    html: page({
      title: 'Thank you for your order',
      colour: shop.colour,
      head: shop.name,
      logo,
      blocks: [
        `Order <b>${number}</b>, ${new Date(at).toUTCString().slice(0, 16)}`,
        table,
        'We write again when your parcel leaves us.',
      ],
      foot: `${escaped(shop.name)}, Market Square 4 · <a href="https://www.${shop.address.split('@')[1]}/orders/${number}">Your order</a>`,
    }),
    attachments: [
      {
        filename: 'logo.png',
        contentType: 'image/png',
        content: random.pick(pictures),
        contentId: `logo@${shop.address.split('@')[1]}`,
      },
      {
        filename: `Invoice ${number}.pdf`,
        contentType: 'application/pdf',
        content: pdfOf([`Invoice ${number}`, shop.name, '', ...all]),
      },
    ],
  };
}

function parcel({ shop, number }: Order, at: number): Stage {
  const track = `https://track.parcels.example/${number.replace('-', '')}`;
  const text = 'Good news: your parcel left us today and should be with you in one to three days.';
  return {
    at,
    subject: `Your order ${number} is on its way`,
    text: `${text}\n\nFollow it: ${track}\n\n${shop.name}`,
    html: page({
      title: 'On its way',
      colour: shop.colour,
      head: shop.name,
      blocks: [
        text,
        `<a href="${track}" style="background:${shop.colour};color:#ffffff;padding:10px 20px;text-decoration:none;border-radius:4px">Follow your parcel</a>`,
      ],
      foot: `Order ${number}`,
    }),
  };
}

function delivery({ shop, number }: Order, at: number): Stage {
  return {
    at,
    subject: `Delivered: your order ${number}`,
    text: `Your parcel was delivered today. We hope that you like it!\n\nYou can return everything within thirty days.\n\n${shop.name}`,
  };
}
