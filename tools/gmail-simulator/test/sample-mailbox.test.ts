import { beforeAll, describe, expect, it } from '@jest/globals';
import addressparser from 'nodemailer/lib/addressparser/index.js';
import { sampleMailbox, sampleOwner } from '../src/index.ts';
import type { MessageSource } from '../src/index.ts';
import { messageHead } from '../src/mailbox/message-head.ts';
import { mimeTree } from '../src/mailbox/mime-tree.ts';
import type { Part } from '../src/mailbox/mime-tree.ts';

const now = new Date('2026-11-24');
let sample: MessageSource[];
beforeAll(async () => {
  sample = await sampleMailbox({ messages: 3_000, now });
});

const partsOf = (part: Part): Part[] => [part, ...(part.parts ?? []).flatMap(partsOf)];

describe('the sample mailbox', () => {
  it('is the same in every run of a seed, and another for another seed', async () => {
    const raws = (messages: MessageSource[]) => messages.map(({ raw }) => raw.toString('latin1')).join('');
    expect(raws(await sampleMailbox({ messages: 300, now }))).toBe(
      raws(await sampleMailbox({ messages: 300, now })),
    );
    expect(raws(await sampleMailbox({ messages: 300, now, seed: 8 }))).not.toBe(
      raws(await sampleMailbox({ messages: 300, now })),
    );
  });

  it('has no message from the future, and no answer before what it answers', () => {
    const dates = new Map(sample.map(({ raw, internalDate }) => [messageHead(raw).messageId, internalDate!]));
    expect(dates.size).toBe(sample.length);
    for (const { raw, internalDate } of sample) {
      const { date, references } = messageHead(raw);
      expect(internalDate).toBeLessThanOrEqual(now.getTime());
      expect(Math.floor(internalDate! / 1_000)).toBe(date! / 1_000);
      for (const reference of references) expect(dates.get(reference) ?? 0).toBeLessThan(internalDate!);
    }
  });

  it('the owner sends what is labelled so and nothing else, and everything else is sent to the owner', () => {
    for (const { raw, labelIds } of sample) {
      const { from, to } = messageHead(raw);
      expect([from.includes(sampleOwner.address), from]).toEqual([labelIds!.includes('SENT'), from]);
      if (!labelIds!.includes('SENT')) expect(to).toContain(sampleOwner.address);
    }
  });

  it('an address belongs to one name, but for robots that speak for many', () => {
    const names = new Map<string, Set<string>>();
    for (const { raw, labelIds } of sample) {
      if (!labelIds!.includes('CATEGORY_PERSONAL')) continue;
      for (const { name, address } of addressparser(messageHead(raw).from, { flatten: true })) {
        names.set(address, (names.get(address) ?? new Set()).add(name));
      }
    }
    expect(names.size).toBeGreaterThan(50);
    expect([...names].filter(([, each]) => each.size > 1)).toEqual([]);
  });

  it('leaves no place unfilled and no character unwritten, in any charset', async () => {
    const charsets = new Set<string>();
    for (const { raw } of sample) {
      const { payload } = mimeTree(raw);
      for (const { mimeType, headers, body, filename } of partsOf(payload)) {
        if (!mimeType.startsWith('text/') || filename !== '') continue;
        const type = headers.find(({ name }) => name === 'Content-Type')!.value;
        charsets.add(/charset="?([\w-]+)/.exec(type)![1]!);
        const text = Buffer.from(body.data ?? '', 'base64url').toString();
        expect(text).not.toMatch(/\{\w+\}|undefined|\[object|\uFFFD/);
        if (mimeType === 'text/plain') expect(text).not.toMatch(/\?{2,}/);
      }
    }
    expect([...charsets].toSorted()).toEqual([
      'euc-kr',
      'gb18030',
      'iso-8859-1',
      'iso-8859-15',
      'iso-8859-2',
      'koi8-r',
      'shift_jis',
      'us-ascii',
      'utf-8',
      'windows-1251',
      'windows-1252',
    ]);
  });

  it('looks like mail: threads, attachments, invitations, sent mail, and an inbox that is partly read', () => {
    const share = (test: (message: MessageSource) => boolean) => sample.filter(test).length / sample.length;
    const has = (text: string) => (message: MessageSource) => message.raw.includes(text);
    const labelled = (label: string) => (message: MessageSource) => message.labelIds!.includes(label);
    expect(share(has('\r\nReferences: '))).toBeGreaterThan(0.4);
    expect(share(has('\r\nContent-Disposition: attachment'))).toBeGreaterThan(0.05);
    expect(share(has('text/calendar'))).toBeGreaterThan(0.02);
    expect(share(has('text/html'))).toBeGreaterThan(0.5);
    expect(share(labelled('SENT'))).toBeGreaterThan(0.1);
    expect(share(labelled('INBOX'))).toBeGreaterThan(0.3);
    expect(share(labelled('UNREAD'))).toBeGreaterThan(0.02);
    expect(share(labelled('UNREAD'))).toBeLessThan(0.2);
  });
});
