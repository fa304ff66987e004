// Odd mail: messages of other parsers' test suites through Gmail's payload and from their raw bytes, held against what
// those parsers agree on, and the same messages with bytes changed, cut and doubled (GOALS.md C3).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentFromPayload, contentFromRaw, envelopeFromHeaders } from '@finito/content';
import type { Content, Envelope, GmailPayload } from '@finito/content';
import { startGmailSimulator } from '@finito/gmail-simulator';

const folder = join(process.env['MAIL_DIR'] ?? '/work/shared/mail', 'odd');
const owner = 'odd@example.com';
const mutationsEach = 50;

type Fields = Record<string, unknown>;

interface OddMimeReport {
  path: 'payload' | 'raw';
  /** Fields on which the other parsers agree, and those of them on which we do too. */
  fields: number;
  agreed: number;
  /** Refused with a named flaw; none may be thrown away without. */
  refused: string[];
  crashed: string[];
  /** By file, the fields that we see otherwise. */
  differing: Map<string, string[]>;
}

export async function drillContent() {
  const cases = readCases();
  if (cases.length === 0) return { source: `no odd messages in ${folder}`, rows: [] };
  const withPayload = await withPayloads(cases);
  const reports = [await report('payload', withPayload), await report('raw', withPayload)];
  const { crashed, slowestMs } = await mutated(cases);
  return {
    source: `${cases.length} odd messages, ${mutationsEach} mutations of each`,
    rows: [
      ...reports.flatMap(({ path, fields, agreed, crashed: fallen, refused, differing }) => [
        {
          goal: 'C3',
          what: `agreed fields, ${path}`,
          value: (100 * agreed) / fields,
          unit: '%',
          target: { min: 98 },
        },
        { goal: 'C3', what: `crashes, ${path}`, value: fallen.length, unit: '', target: { max: 0 } },
        { goal: 'C3', what: `refused with a named flaw, ${path}`, value: refused.length, unit: '' },
        ...[...differing].map(([file, names]) => ({
          goal: 'C3',
          what: `otherwise, ${path}: ${file} (${names.join(', ')})`,
          value: names.length,
          unit: '',
        })),
      ]),
      { goal: 'C3', what: 'crashes, mutated', value: crashed, unit: '', target: { max: 0 } },
      { goal: 'C3', what: 'slowest mutated message, CPU', value: slowestMs, unit: 'ms', target: { max: 50 } },
    ],
  };
}

interface Case {
  file: string;
  expected: Fields;
  raw: Buffer;
}

interface CaseWithPayload extends Case {
  payload: GmailPayload;
}

/** None when the set is not on this machine. */
function readCases(): Case[] {
  if (!existsSync(join(folder, 'expected.json'))) return [];
  const { messages } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    messages: Record<string, { expected: Fields }>;
  };
  return Object.entries(messages).map(([file, { expected }]) => ({
    file,
    expected,
    raw: readFileSync(join(folder, file)),
  }));
}

/** As Gmail would give them. */
async function withPayloads(cases: Case[]): Promise<CaseWithPayload[]> {
  const accounts = [{ emailAddress: owner, name: 'Odd', messages: [] }];
  const simulator = await startGmailSimulator({ accounts, quotaEnforced: false });
  const headers = { authorization: `Bearer ${simulator.issueTokens(owner).accessToken}` };
  try {
    const all: CaseWithPayload[] = [];
    for (const one of cases) {
      const id = simulator.account(owner).deliver({ raw: one.raw });
      const answer = await fetch(`${simulator.url}/gmail/v1/users/me/messages/${id}?format=full`, {
        headers,
      });
      all.push({ ...one, payload: ((await answer.json()) as { payload: GmailPayload }).payload });
    }
    return all;
  } finally {
    await simulator.close();
  }
}

async function report(path: OddMimeReport['path'], cases: CaseWithPayload[]): Promise<OddMimeReport> {
  const result: OddMimeReport = {
    path,
    fields: 0,
    agreed: 0,
    refused: [],
    crashed: [],
    differing: new Map(),
  };
  for (const one of cases) await compare(result, one);
  return result;
}

async function compare(
  result: OddMimeReport,
  { file, expected, raw, payload }: CaseWithPayload,
): Promise<void> {
  let got: Fields;
  try {
    const content = result.path === 'raw' ? await contentFromRaw(raw) : contentFromPayload(payload);
    if (content.flaws.includes('unreadable')) result.refused.push(file);
    got = fieldsOf(content, envelopeFromHeaders(payload.headers ?? []));
  } catch {
    result.crashed.push(file);
    return;
  }
  for (const [field, value] of Object.entries(expected)) {
    if (value === 'disputed') continue;
    result.fields += 1;
    if (JSON.stringify(value ?? '') === JSON.stringify(got[field])) result.agreed += 1;
    else result.differing.set(file, [...(result.differing.get(file) ?? []), field]);
  }
}

async function mutated(cases: Case[]): Promise<{ crashed: number; slowestMs: number }> {
  const random = seeded(7);
  let crashed = 0;
  let slowestMs = 0;
  for (const { raw } of cases.filter(({ raw: { length } }) => length < 100_000))
    for (let round = 0; round < mutationsEach; round += 1) {
      const { user, system } = process.threadCpuUsage();
      await contentFromRaw(mutation(raw, random)).catch(() => (crashed += 1));
      const after = process.threadCpuUsage();
      slowestMs = Math.max(slowestMs, (after.user + after.system - user - system) / 1_000);
    }
  return { crashed, slowestMs };
}

/** A few bytes changed, a stretch cut out, or a stretch doubled. */
function mutation(raw: Buffer, random: (below: number) => number): Buffer {
  const from = random(raw.length);
  const to = Math.min(raw.length, from + random(200));
  const kind = random(3);
  if (kind === 0) return Buffer.concat([raw.subarray(0, from), raw.subarray(to)]);
  if (kind === 1) return Buffer.concat([raw.subarray(0, to), raw.subarray(from)]);
  const changed = Buffer.from(raw);
  for (let count = 0; count < 8; count += 1) changed[random(raw.length)] = random(256);
  return changed;
}

/** The same numbers on every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
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
