// Gmail's `q`, as far as a mail product needs it: words and the common operators.
import type { Mailbox, StoredMessage } from './mailbox.ts';

export function matcher(mailbox: Mailbox, q: string): (message: StoredMessage) => boolean {
  const tests = (q.match(/-?(?:[a-z0-9_]+:)?(?:"[^"]*"|\S+)/gi) ?? []).map((term) => {
    const negated = term.startsWith('-');
    const test = testOf(mailbox, negated ? term.slice(1) : term);
    return negated ? (message: StoredMessage) => !test(message) : test;
  });
  return (message) => tests.every((test) => test(message));
}

function testOf(mailbox: Mailbox, term: string): (message: StoredMessage) => boolean {
  const [, operator = '', quoted = ''] = /^(?:([a-z0-9_]+):)?(.*)$/is.exec(term) ?? [];
  const value = quoted.replace(/^"|"$/g, '');
  const has = (text: string) => text.toLowerCase().includes(value.toLowerCase());
  switch (operator.toLowerCase()) {
    case 'rfc822msgid':
      return ({ head }) => head.messageId?.replace(/^<|>$/g, '') === value.replace(/^<|>$/g, '');
    case 'in':
    case 'label':
      return ({ labelIds }) =>
        labelIds.has(mailbox.labels.has(value.toUpperCase()) ? value.toUpperCase() : mailbox.labelFor(value));
    case 'is':
      return ({ labelIds }) =>
        value === 'read' ? !labelIds.has('UNREAD') : labelIds.has(value.toUpperCase());
    case 'from':
      return ({ head }) => has(head.from);
    case 'to':
      return ({ head }) => has(head.to);
    case 'subject':
      return ({ head }) => has(head.subject);
    case 'after':
      return ({ internalDate }) => internalDate >= dateOf(value);
    case 'before':
      return ({ internalDate }) => internalDate < dateOf(value);
    default:
      return ({ head }) => has(`${head.subject} ${head.from} ${head.to}`);
  }
}

function dateOf(value: string): number {
  return /^\d{9,}$/.test(value) ? Number(value) * 1_000 : Date.parse(value.replaceAll('/', '-'));
}
