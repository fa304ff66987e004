import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mailDocument } from '../src/mail-document.ts';
import { framePolicy, hostileBodies, openHostileBrowser, sanitisedVectors } from './hostile-browser.ts';
import type { HostileBrowser } from './hostile-browser.ts';

/** A few seconds each on a quiet machine. */
jest.setTimeout(120_000);

describe('hostile mails in a real browser', () => {
  let browser: HostileBrowser;
  beforeAll(async () => {
    browser = await openHostileBrowser();
  });
  afterAll(() => browser?.close());

  it('the test sees scripts and requests when nothing stops them', async () => {
    const { executions, hosts } = await browser.show(hostileBodies().slice(0, 60), { headers: {} });
    expect(executions).toBeGreaterThan(20);
    expect(hosts).toContain('track.example');
  });

  it('run nothing and load nothing when they are sanitised, without any policy', async () => {
    expect(await browser.show(sanitisedVectors(), { headers: {} })).toEqual({ executions: 0, hosts: [] });
  });

  it('run nothing and load nothing under the policy of the frame, without being sanitised', async () => {
    const shown = hostileBodies()
      .slice(0, 60)
      .map((html) => mailDocument({ html, text: null, flaws: [] }));
    expect(await browser.show(shown, { headers: { 'Content-Security-Policy': framePolicy } })).toEqual({
      executions: 0,
      hosts: [],
    });
  });

  it('run nothing and load nothing as they are shown', async () => {
    expect(
      await browser.show(sanitisedVectors(), { headers: { 'Content-Security-Policy': framePolicy } }),
    ).toEqual({
      executions: 0,
      hosts: [],
    });
  });
});
