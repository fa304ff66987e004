// Payloads as released versions wrote them. During a rolling update old producers meet new consumers, and after a
// rollback the other way round: what stands in golden/ must parse for ever. A changed payload gets a new file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../src/index.ts';

const folder = join(import.meta.dirname, '../golden');
const files = readdirSync(folder);

describe('payloads that were ever released', () => {
  it.each(files)('%s parses and loses nothing', (file) => {
    const job = catalogue.find(({ name }) => file.startsWith(`${name}.v`));
    const payload: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    expect(job?.payload.parse(payload)).toEqual(payload);
  });

  it('there is one at least of every job', () => {
    const withNone = catalogue.filter(({ name }) => !files.some((file) => file.startsWith(`${name}.v`)));
    expect(withNone).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('names each job once', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
  });
});
