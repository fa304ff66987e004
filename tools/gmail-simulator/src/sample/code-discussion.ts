import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { SampleContext } from './context.ts';
import { filler } from './fill.ts';
import { escaped } from './letter.ts';
import { owner } from './people.ts';
import { scriptsOf } from './scripts.ts';
import { codeDiscussions, codeProjects } from './texts/code-host.ts';

const host = 'codehost.example';

/** Notifications of one discussion: the owner's own remarks do not come as mail. */
export function codeDiscussion(context: SampleContext, startedAt: number): MessageSource[] {
  const { random, now, people } = context;
  const { subject, lines } = random.pick(scriptsOf(codeDiscussions));
  const fill = filler(context, startedAt);
  const project = random.pick(codeProjects);
  const number = random.between(40, 2_900);
  const cast = random.some(
    people.filter(({ language }) => language === 'en'),
    3,
  );
  const thread = `<${project}/pull/${number}@${host}>`;
  const messages: MessageSource[] = [];
  let at = startedAt;
  for (const [index, { role, paragraphs }] of lines.entries()) {
    const author = { O: cast[0], C: cast[1], D: cast[2] }[role];
    if (at > now) break;
    if (author) {
      const link = `https://${host}/${project}/pull/${number}#comment-${context.serial()}`;
      const texts = paragraphs.map(fill);
      messages.push(
        compose({
          from: { name: author.name, address: `notifications@${host}` },
          to: [{ name: project, address: `${project.split('/')[1]}@noreply.${host}` }],
          cc: [owner],
          subject: `${index === 0 ? '' : 'Re: '}[${project}] ${subject} (#${number})`,
          messageId: index === 0 ? thread : `<${project}/pull/${number}/c${context.serial()}@${host}>`,
          references: index === 0 ? [] : [thread],
          text: `${texts.join('\n\n')}\n\n-- \nView it: ${link}\nYou are receiving this because you are subscribed to this thread.`,
          html: `${texts.map((text) => `<p dir="auto">${escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`).join('')}<p style="font-size:small;color:#666">—<br>You are receiving this because you are subscribed to this thread.<br><a href="${link}">View it</a></p>`,
          headers: {
            'List-Id': `${project} <${project.replace('/', '.')}.${host}>`,
            'X-Codehost-Reason': 'subscribed',
          },
          at,
          labelIds: [
            'CATEGORY_FORUMS',
            'Code',
            ...(now - at < 20 * 86_400_000 || random.chance(0.3) ? ['INBOX'] : []),
            ...(now - at < 3 * 86_400_000 && random.chance(0.6) ? ['UNREAD'] : []),
          ],
          isReceived: true,
        }),
      );
    }
    at += random.between(8, 900) * 60_000;
  }
  return messages;
}
