import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { SampleContext } from './context.ts';
import { filler } from './fill.ts';
import { escaped } from './letter.ts';
import { page } from './page.ts';
import { owner } from './people.ts';
import { newsletters } from './texts/newsletters.ts';

export function newsletter(context: SampleContext, at: number): MessageSource[] {
  const { random, now } = context;
  const { name, address, colour, category, subjects, items } = random.pick(newsletters);
  const fill = filler(context, at);
  const site = `https://www.${address.split('@')[1]}`;
  const chosen = random
    .some(items, random.between(3, 4))
    .map(([title, text]) => [fill(title), fill(text)] as const);
  // An issue is often named by its first piece.
  const subject = random.chance(0.5) ? chosen[0]![0] : fill(random.pick(subjects));
  const number = context.serial();
  const unsubscribe = `${site}/unsubscribe?id=${number}`;
  const blocks = chosen.map(
    ([title, text], index) =>
      `${index === 0 ? `<img src="${site}/issues/${number}/header.jpg" width="536" height="180" alt="" style="display:block;margin-bottom:16px">` : ''}<h2>${escaped(title)}</h2>${escaped(text)} <a href="${site}/issues/${number}#${index + 1}">Read on</a>`,
  );
  const foot = `You receive this letter because you subscribed with ${owner.address}. <a href="${unsubscribe}">Unsubscribe</a><img src="https://track.${address.split('@')[1]}/open.gif?m=${number}" width="1" height="1" alt="">`;
  const age = now - at;
  return [
    compose({
      from: { name, address },
      to: [owner],
      subject,
      messageId: context.messageIdOf({ name, address }),
      text: [
        name,
        subject,
        ...chosen.map(([title, text]) => `${title}\n${text}`),
        `Unsubscribe: ${unsubscribe}`,
      ].join('\n\n'),
      html: page({ title: subject, colour, head: name, blocks, foot }),
      headers: {
        'List-Id': `${name} <${address.replace('@', '.')}>`,
        'List-Unsubscribe': `<${unsubscribe}>, <mailto:unsubscribe@${address.split('@')[1]}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        Precedence: 'bulk',
      },
      at,
      labelIds: [
        ...(age > 60 * 86_400_000 && random.chance(0.5) ? [] : ['INBOX']),
        ...(random.chance(age < 10 * 86_400_000 ? 0.7 : 0.12) ? ['UNREAD'] : []),
        category,
      ],
      isReceived: true,
    }),
  ];
}
