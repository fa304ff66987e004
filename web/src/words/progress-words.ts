import type { Mailbox, MailboxProgress } from '@finito/api';

type Waiting = NonNullable<MailboxProgress['waiting']>;

const wholeNumber = new Intl.NumberFormat('en');
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export const inWords = (count: number, one: string, many = `${one}s`) =>
  `${wholeNumber.format(count)} ${count === 1 ? one : many}`;

/** How much of what Gmail listed has come to an end, 0 to 1; 1 for an empty mailbox that is live. */
export function shareDone({ state, listed, stored, gone, failed }: MailboxProgress): number {
  if (listed === 0) return state === 'live' ? 1 : 0;
  return Math.min(1, (stored + gone + failed) / listed);
}

export function isWorking({ state, pending }: MailboxProgress): boolean {
  return state === 'syncing' || state === 'resyncing' || pending > 0;
}

export function stateInWords({ state, pending, listed }: MailboxProgress): string {
  switch (state) {
    case 'syncing':
      return listed === 0 ? 'Looking what is there' : 'Fetching your mail';
    case 'resyncing':
      return 'Comparing everything with Gmail again';
    case 'reauth':
      return 'Not connected';
    case 'live':
      return pending > 0 ? 'Fetching new mail' : 'Up to date';
  }
}

/** `1,240 a minute · about 4 minutes left`; empty when nothing moves. */
export function paceInWords({ ratePerMinute, etaSeconds, pending }: MailboxProgress): string {
  if (ratePerMinute <= 0 || pending === 0) return '';
  const rate = Math.max(1, Math.round(ratePerMinute));
  const pace = `${wholeNumber.format(rate)} a minute`;
  return etaSeconds === null ? pace : `${pace} · ${etaInWords(etaSeconds)}`;
}

/** An estimate that is not more exact than it can be. */
export function etaInWords(seconds: number): string {
  if (seconds <= 10) return 'a few seconds left';
  if (seconds < 55) return 'less than a minute left';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${inWords(minutes, 'minute')} left`;
  const hours = Math.round(seconds / 3_600);
  if (hours < 36) return `about ${inWords(hours, 'hour')} left`;
  return `about ${inWords(Math.round(seconds / 86_400), 'day')} left`;
}

/** Why nothing is fetched now and when it goes on, to somebody who knows nothing of quota units. */
export function waitInWords({ reason, until }: Waiting, now: number): string {
  const goesOn = (why: string) =>
    until === null ? `${why}.` : `${why}; it goes on ${momentInWords(until, now)}.`;
  switch (reason) {
    case 'quota':
      return goesOn('Gmail gives only so much at a time');
    case 'cooldown':
      return goesOn('Gmail asked for a pause');
    case 'breaker':
      return goesOn('Gmail does not answer properly');
    case 'backlog':
      return goesOn('Other mailboxes are having their turn');
    case 'paused':
      return 'Paused by you.';
    case 'reauth':
      return 'Gmail does not let us in any more. Connect the mailbox again to go on.';
  }
}

/** The line under a mailbox that is in step: how much there is, and how fresh. */
export function summaryInWords({ progress, lastSyncedAt }: Mailbox, now: number): string {
  const count = inWords(progress.stored, 'message');
  if (lastSyncedAt === null) return count;
  const minutes = Math.floor((now - Date.parse(lastSyncedAt)) / 60_000);
  return minutes < 2 ? count : `${count} · looked ${agoInWords(minutes)}`;
}

function agoInWords(minutes: number): string {
  if (minutes < 60) return `${inWords(minutes, 'minute')} ago`;
  if (minutes < 1_440) return `${inWords(Math.floor(minutes / 60), 'hour')} ago`;
  return `${inWords(Math.floor(minutes / 1_440), 'day')} ago`;
}

function momentInWords(until: string, now: number): string {
  const seconds = Math.ceil((Date.parse(until) - now) / 1_000);
  if (seconds <= 1) return 'in a moment';
  if (seconds < 60) return `in ${inWords(seconds, 'second')}`;
  if (seconds < 600) return `in ${inWords(Math.round(seconds / 60), 'minute')}`;
  if (seconds < 43_200) return `at ${timeOfDay.format(new Date(until))}`;
  return `in ${inWords(Math.round(seconds / 3_600), 'hour')}`;
}
