// Gmail's search operators as a filter of rows. What is no known operator is searched for as text.
import type { EmailFilter } from '@finito/db';

/** Messages in the bin or in spam are found only where they are asked for, as in Gmail. */
const hiddenLabels = ['TRASH', 'SPAM'];

export function searchFilter({ q = '', label }: { q?: string; label?: string }): EmailFilter {
  const parts = new Parts();
  if (label !== undefined) parts.labels.push(label);
  for (const [, minus = '', operator, quoted, word] of q.matchAll(terms)) {
    const value = quoted ?? word ?? '';
    const apply = operator === undefined ? undefined : operators[operator.toLowerCase()];
    const isKnown = apply !== undefined && value !== '' && minus === '' && apply(parts, value);
    if (isKnown) continue;
    const text = operator === undefined ? value : `${operator}:${value}`;
    // Postgres' websearch syntax knows quotes and the minus sign as people type them.
    parts.words.push(
      `${minus}${quoted === undefined && operator === undefined ? text : `"${text.replaceAll('"', ' ')}"`}`,
    );
  }
  return parts.filter();
}

/** `-word`, `"a phrase"`, `operator:value`, `operator:"a value"`. */
const terms = /(-)?(?:([a-z_]+):)?(?:"([^"]*)"|([^\s"]+))/gi;

class Parts {
  readonly labels: string[] = [];
  readonly without: string[] = [];
  readonly labelNames: string[] = [];
  readonly words: string[] = [];
  readonly from: string[] = [];
  readonly to: string[] = [];
  readonly subject: string[] = [];
  hasAttachment: boolean | undefined;
  after: Date | undefined;
  before: Date | undefined;
  everywhere = false;

  filter(): EmailFilter {
    const { labels, labelNames, from, to, subject, hasAttachment, after, before } = this;
    const asksForHidden = this.everywhere || hiddenLabels.some((hidden) => labels.includes(hidden));
    const without = asksForHidden ? this.without : [...this.without, ...hiddenLabels];
    return {
      ...(labels.length > 0 && { labelIds: labels }),
      ...(without.length > 0 && { withoutLabelIds: without }),
      ...(labelNames.length > 0 && { labelNames }),
      ...(this.words.length > 0 && { text: this.words.join(' ') }),
      ...(from.length > 0 && { from }),
      ...(to.length > 0 && { to }),
      ...(subject.length > 0 && { subject }),
      ...(hasAttachment !== undefined && { hasAttachment }),
      ...(after && { after }),
      ...(before && { before }),
    };
  }
}

/** Each takes its value or, with false, leaves it to be searched for as text. */
const operators: Record<string, (parts: Parts, value: string) => boolean> = {
  from: (parts, value) => parts.from.push(value) > 0,
  to: (parts, value) => parts.to.push(value) > 0,
  subject: (parts, value) => parts.subject.push(value) > 0,
  label: (parts, value) => {
    const system = systemLabels[value.toLowerCase()];
    return (system ? parts.labels.push(system) : parts.labelNames.push(value)) > 0;
  },
  in: (parts, value) => {
    const place = value.toLowerCase();
    if (place === 'anywhere') return (parts.everywhere = true);
    const system = systemLabels[place];
    return system !== undefined && parts.labels.push(system) > 0;
  },
  is: (parts, value) => {
    const state = value.toLowerCase();
    if (state === 'read') return parts.without.push('UNREAD') > 0;
    const system = states[state];
    return system !== undefined && parts.labels.push(system) > 0;
  },
  has: (parts, value) => value.toLowerCase() === 'attachment' && (parts.hasAttachment = true),
  after: (parts, value) => (parts.after = dateOf(value)) !== undefined,
  before: (parts, value) => (parts.before = dateOf(value)) !== undefined,
};

const states: Record<string, string> = { unread: 'UNREAD', starred: 'STARRED', important: 'IMPORTANT' };
const systemLabels: Record<string, string> = {
  ...{ inbox: 'INBOX', sent: 'SENT', drafts: 'DRAFT', draft: 'DRAFT', trash: 'TRASH', spam: 'SPAM' },
  ...{ starred: 'STARRED', unread: 'UNREAD', important: 'IMPORTANT' },
};

/** `2026/11/24`, `2026-11-24`, or seconds since 1970; days begin at midnight UTC. */
function dateOf(value: string): Date | undefined {
  if (/^\d{9,11}$/.test(value)) return new Date(Number(value) * 1_000);
  const [, year, month, day] = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(value) ?? [];
  if (!year || !month || !day) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 ? date : undefined;
}
