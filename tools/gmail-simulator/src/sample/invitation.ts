import type { MessageSource } from '../mailbox/mailbox.ts';
import { compose } from './compose.ts';
import type { SampleContext } from './context.ts';
import { filler } from './fill.ts';
import { owner } from './people.ts';
import type { Person } from './people.ts';

const summaries = [
  'Planning {quarter}',
  '{project} review',
  'Coffee with {name}',
  '1:1',
  'Architecture hour',
  'Release call {project}',
  'Lunch talk: {book}',
  'Interview {name}',
  'Retrospective {month}',
];

/** An invitation to a calendar, and sometimes the owner's acceptance. */
export function invitation(context: SampleContext, at: number): MessageSource[] {
  const { random, now } = context;
  const organizer = random.pick(context.people.filter(({ language }) => language === 'en'));
  const summary = filler(context, at)(random.pick(summaries));
  const startsAt = morning(at + random.between(1, 9) * 86_400_000, random.between(7, 15));
  const minutes = random.pick([30, 30, 45, 60, 60, 90]);
  const when = `${new Date(startsAt).toUTCString().slice(0, 22)} – ${new Date(startsAt + minutes * 60_000).toUTCString().slice(17, 22)} (UTC)`;
  const calendar = calendarOf({
    organizer,
    summary,
    startsAt,
    minutes,
    at,
    uid: `${context.serial()}-${at.toString(36)}`,
  });
  const messageId = context.messageIdOf(organizer);
  const invited = compose({
    from: organizer,
    to: [owner],
    subject: `Invitation: ${summary} @ ${when.slice(0, 16)}`,
    messageId,
    text: `${organizer.name} invites you.\n\n${summary}\n${when}\n\nWhere: room ${random.between(1, 4)}.${random.between(10, 40)} or by video`,
    html: `<div style="font-family:Arial,sans-serif;border:1px solid #dadce0;border-radius:8px;padding:16px;max-width:480px"><h2 style="margin:0 0 8px">${summary}</h2><p><b>When</b><br>${when}</p><p><b>Organiser</b><br>${organizer.name}</p></div>`,
    calendar,
    attachments: [{ filename: 'invite.ics', contentType: 'application/ics', content: calendar }],
    at,
    labelIds: [
      'CATEGORY_PERSONAL',
      ...(startsAt > now || random.chance(0.4) ? ['INBOX'] : []),
      ...unread(context, at),
    ],
    isReceived: true,
  });
  const answeredAt = at + random.between(5, 600) * 60_000;
  if (answeredAt > now || random.chance(0.5)) return [invited];
  const accepted = compose({
    from: owner,
    to: [organizer],
    subject: `Accepted: ${summary} @ ${when.slice(0, 16)}`,
    messageId: context.messageIdOf(owner),
    references: [messageId],
    text: `${owner.name} has accepted this invitation.`,
    at: answeredAt,
    labelIds: ['SENT'],
    isReceived: false,
  });
  return [invited, accepted];
}

function unread({ now, random }: SampleContext, at: number): string[] {
  return now - at < 3 * 86_400_000 && random.chance(0.5) ? ['UNREAD'] : [];
}

function morning(at: number, hour: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), hour);
}

interface Event {
  organizer: Person;
  summary: string;
  startsAt: number;
  minutes: number;
  at: number;
  uid: string;
}

function calendarOf({ organizer, summary, startsAt, minutes, at, uid }: Event): string {
  const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Calendar 3.1//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:${uid}@${organizer.address.split('@')[1]}`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(startsAt)}`,
    `DTEND:${stamp(startsAt + minutes * 60_000)}`,
    `SUMMARY:${summary.replace(/[,;]/g, '\\$&')}`,
    `ORGANIZER;CN="${organizer.name}":mailto:${organizer.address}`,
    `ATTENDEE;CN="${owner.name}";RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:${owner.address}`,
    'SEQUENCE:0',
    'STATUS:CONFIRMED',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}
