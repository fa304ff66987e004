import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSanitiser } from './sanitiser.ts';
import type { Sanitiser } from './sanitiser.ts';

describe('the sanitiser', () => {
  let sanitiser: Sanitiser;
  beforeAll(() => {
    sanitiser = createSanitiser();
  });
  afterAll(() => sanitiser.close());

  it('answers with safe HTML and no flaw', async () => {
    expect(await sanitiser.sanitise('<p onclick="x()">hello<script>x()</script>', { images: false })).toEqual(
      {
        html: '<p>hello</p>',
        remoteImagesBlocked: false,
        flaws: [],
        text: null,
      },
    );
  });

  it('shows the beginning of a mail above the limit and says so', async () => {
    const small = createSanitiser({ maxBytes: 1_000 });
    const { html, flaws } = await small.sanitise(`<p>${'ü'.repeat(5_000)}</p>`, { images: false });
    await small.close();
    expect(flaws).toEqual(['html-cut']);
    expect(Buffer.byteLength(html)).toBeLessThan(1_010);
    expect(html).toMatch(/^<p>ü+/);
  });

  it('ends the thread of a mail that takes too long, and the next mail is answered', async () => {
    const hasty = createSanitiser({ threads: 1, timeoutMs: 1_000, maxBytes: 50_000_000 });
    const slow = hasty.sanitise('<p>words' + '<b>'.repeat(900) + '</i>'.repeat(4_000_000), { images: false });
    const next = hasty.sanitise('<p>next', { images: false });
    expect(await slow).toEqual({
      html: '',
      remoteImagesBlocked: false,
      flaws: ['html-too-slow'],
      text: 'words',
    });
    expect(await next).toMatchObject({ html: '<p>next</p>', flaws: [] });
    await hasty.close();
  });
});
