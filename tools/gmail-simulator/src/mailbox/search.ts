// Gmail's `q`: words and the operators that a mail product needs, joined by "and", OR, braces, brackets
// and minus. Words are looked for in the headers and the text's beginning, not in the whole text.
import type { Mailbox, StoredMessage } from './mailbox.ts';

export interface Search {
  matches: Test;
  /** Then the search looks there too, which it does not by itself. */
  namesSpamOrTrash: boolean;
}

type Test = (message: StoredMessage) => boolean;

export function searchOf(mailbox: Mailbox, q: string): Search {
  const tokens = q.match(/[-+]?(?:[a-z0-9_]+:)?"[^"]*"?|[(){}]|-(?=[({])|[^\s(){}"]+/gi) ?? [];
  let at = 0;

  /** Terms until the end or the closing bracket: all have to hold; in braces, one. */
  function group(end: string | undefined, isAny: boolean): Test {
    const tests: Test[] = [];
    while (at < tokens.length && tokens[at] !== end) {
      if (tokens[at] === 'OR') {
        // OR binds tighter than "and": it joins the terms on its two sides.
        at += 1;
        const before = tests.pop();
        const after = at < tokens.length && tokens[at] !== end ? term() : undefined;
        const either = [before, after].filter((test) => test !== undefined);
        if (either.length > 0) tests.push((message) => either.some((test) => test(message)));
      } else {
        tests.push(term());
      }
    }
    at += 1;
    return isAny
      ? (message) => tests.some((test) => test(message))
      : (message) => tests.every((test) => test(message));
  }

  function term(): Test {
    const token = tokens[at]!;
    at += 1;
    if (token === '(') return group(')', false);
    if (token === '{') return group('}', true);
    if (token === '-' && /^[({]$/.test(tokens[at] ?? '')) return negated(term());
    if (token.length > 1 && token.startsWith('-')) return negated(testOf(mailbox, token.slice(1)));
    return testOf(mailbox, token.replace(/^\+/, ''));
  }

  const matches = group(undefined, false);
  return { matches, namesSpamOrTrash: /\b(?:in|label|is):(?:anywhere|spam|trash)\b/i.test(q) };
}

const negated =
  (test: Test): Test =>
  (message) =>
    !test(message);

function testOf(mailbox: Mailbox, token: string): Test {
  const [, operator = '', quoted = ''] = /^(?:([a-z0-9_]+):)?(.*)$/is.exec(token) ?? [];
  const value = quoted.replace(/^"|"$/g, '');
  const test = operators[operator.toLowerCase()]?.(value, mailbox);
  if (test) return test;
  // What is no operator is text, its colon included.
  const text = token.replaceAll('"', '').toLowerCase();
  return ({ head, ready }) => {
    const words = `${head.subject} ${head.from} ${head.to} ${ready?.base.toString() ?? ''}`;
    return words.toLowerCase().includes(text);
  };
}

type Operator = (value: string, mailbox: Mailbox) => Test | undefined;

const states: Record<string, Test> = {
  read: ({ labelIds }) => !labelIds.has('UNREAD'),
  unread: ({ labelIds }) => labelIds.has('UNREAD'),
  starred: ({ labelIds }) => labelIds.has('STARRED'),
  important: ({ labelIds }) => labelIds.has('IMPORTANT'),
};

const operators: Record<string, Operator> = {
  rfc822msgid: (value) => {
    const wanted = bare(value);
    return ({ head }) => head.messageId !== null && bare(head.messageId) === wanted;
  },
  in: labelled,
  label: labelled,
  is: (value, mailbox) => states[value.toLowerCase()] ?? labelled(value, mailbox),
  category: (value, mailbox) =>
    labelled(value.toLowerCase() === 'primary' ? 'CATEGORY_PERSONAL' : `CATEGORY_${value}`, mailbox),
  from: (value) => contains(({ head }) => head.from, value),
  to: (value) => contains(({ head }) => head.to, value),
  cc: (value) => contains(({ head }) => head.to, value),
  bcc: (value) => contains(({ head }) => head.to, value),
  subject: (value) => contains(({ head }) => head.subject, value),
  after: (value) => since(dateOf(value)),
  newer: (value) => since(dateOf(value)),
  before: (value) => negated(since(dateOf(value))),
  older: (value) => negated(since(dateOf(value))),
  newer_than: (value) => since(ageOf(value)),
  older_than: (value) => negated(since(ageOf(value))),
  larger: (value) => sized(value, (size, wanted) => size > wanted),
  size: (value) => sized(value, (size, wanted) => size > wanted),
  smaller: (value) => sized(value, (size, wanted) => size < wanted),
};

function labelled(value: string, mailbox: Mailbox): Test {
  if (value.toLowerCase() === 'anywhere') return () => true;
  const wanted = value.toUpperCase();
  const id = mailbox.labels.has(wanted)
    ? wanted
    : (mailbox.labelNamed(value) ?? mailbox.labelNamed(value.replaceAll('-', ' ')))?.id;
  return ({ labelIds }) => id !== undefined && labelIds.has(id);
}

function contains(text: (message: StoredMessage) => string, value: string): Test {
  const wanted = value.toLowerCase();
  return (message) => text(message).toLowerCase().includes(wanted);
}

function since(at: number): Test {
  return ({ internalDate }) => internalDate >= at;
}

function sized(value: string, compare: (size: number, wanted: number) => boolean): Test | undefined {
  const [, digits = '', unit = ''] = /^(\d+)([km]?)b?$/i.exec(value) ?? [];
  if (digits === '') return undefined;
  const wanted = Number(digits) * ({ '': 1, k: 1_024, m: 1_024 ** 2 }[unit.toLowerCase()] ?? 1);
  return ({ size }) => compare(size, wanted);
}

/** Seconds since 1970, or a day. */
function dateOf(value: string): number {
  return /^\d{9,}$/.test(value) ? Number(value) * 1_000 : Date.parse(value.replaceAll('/', '-'));
}

const days = { d: 1, m: 30, y: 365 };

function ageOf(value: string): number {
  const [, digits = 'x', unit = 'd'] = /^(\d+)([dmy])$/i.exec(value) ?? [];
  return Date.now() - Number(digits) * days[unit.toLowerCase() as keyof typeof days] * 24 * 3_600_000;
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}
