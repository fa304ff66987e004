// The odd-MIME set of real parsers' test suites: raw message → our content, once through Gmail's payload (as the
// simulator gives it) and once from the raw bytes, held against what other parsers agree on (GOALS.md C3).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentFromPayload, contentFromRaw, envelopeFromHeaders } from '@finito/content';
import type { Content, Envelope, GmailPayload } from '@finito/content';
import { startGmailSimulator } from '@finito/gmail-simulator';

const folder = join(process.env['MAIL_DIR'] ?? '/work/shared/mail', 'odd');
const owner = 'odd@example.com';

type Fields = Record<string, unknown>;

export interface OddMimeReport {
  path: 'payload' | 'raw';
  messages: number;
  /** Fields on which the other parsers agree, and those of them on which we do too. */
  fields: number;
  agreed: number;
  /** Refused with a named flaw; none may be thrown away without. */
  refused: string[];
  crashed: string[];
  differing: { file: string; field: string; expected: unknown; got: unknown }[];
}

/** Undefined when the set is not on this machine. */
export async function oddMime(): Promise<OddMimeReport[] | undefined> {
  if (!existsSync(join(folder, 'expected.json'))) return undefined;
  const { messages } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    messages: Record<string, { expected: Fields }>;
  };
  const simulator = await startGmailSimulator({
    accounts: [{ emailAddress: owner, name: 'Odd', messages: [] }],
    quotaEnforced: false,
  });
  const { accessToken } = simulator.issueTokens(owner);
  const reports = [emptyReport('payload'), emptyReport('raw')];
  try {
    for (const [file, { expected }] of Object.entries(messages)) {
      const raw = readFileSync(join(folder, file));
      const id = simulator.account(owner).deliver({ raw });
      const answer = await fetch(`${simulator.url}/gmail/v1/users/me/messages/${id}?format=full`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const { payload } = (await answer.json()) as { payload: GmailPayload };
      for (const report of reports) await compare(report, { file, expected, raw, payload });
    }
  } finally {
    await simulator.close();
  }
  return reports;
}

function emptyReport(path: OddMimeReport['path']): OddMimeReport {
  return { path, messages: 0, fields: 0, agreed: 0, refused: [], crashed: [], differing: [] };
}

interface Case {
  file: string;
  expected: Fields;
  raw: Buffer;
  payload: GmailPayload;
}

async function compare(report: OddMimeReport, { file, expected, raw, payload }: Case): Promise<void> {
  report.messages += 1;
  let got: Fields;
  try {
    const content = report.path === 'raw' ? await contentFromRaw(raw) : contentFromPayload(payload);
    if (content.flaws.includes('unreadable')) report.refused.push(file);
    got = fieldsOf(content, envelopeFromHeaders(payload.headers ?? []));
  } catch {
    report.crashed.push(file);
    return;
  }
  for (const [field, value] of Object.entries(expected)) {
    if (value === 'disputed') continue;
    report.fields += 1;
    if (JSON.stringify(value ?? '') === JSON.stringify(got[field])) report.agreed += 1;
    else report.differing.push({ file, field, expected: value, got: got[field] });
  }
}

/** In the words of `expected.json`; a name that we gave to a nameless part counts as none. */
function fieldsOf({ text, html, attachments }: Content, { subject, from }: Envelope): Fields {
  const binary = attachments.filter(({ mimeType }) => !/^(?:text|message|multipart)\//.test(mimeType));
  return {
    subject: squeezed(subject),
    from: from?.address ?? '',
    attachmentCount: attachments.length,
    attachmentNames: attachments.map(({ filename }) => (givenNames.has(filename) ? '' : filename)).sort(),
    attachmentSizes: binary.map(({ size }) => size).sort((left, right) => left - right),
    hasText: (text ?? '').trim() !== '',
    hasHtml: (html ?? '').trim() !== '',
    text200: squeezed(text ?? '').slice(0, 200),
  };
}

const givenNames = new Set(['unnamed', 'message.eml', 'invite.ics', 'winmail.dat']);
const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();
