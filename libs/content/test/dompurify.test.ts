import { readFileSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sanitiseHtml } from '../src/sanitise-html.ts';
import { createPurifier } from './purified.ts';
import { vectors } from './vectors.ts';

/** HTML mails beside the project; only those that are bare HTML are read here. */
const mails = process.env['HTML_MAILS'] ?? '/work/shared/mail/html';

describe('R13: what the sanitiser lets through, DOMPurify lets through too', () => {
  let purify: ReturnType<typeof createPurifier>;
  beforeAll(() => {
    purify = createPurifier();
  });

  function expectNothingRemoved(hostile: string) {
    const { asItIs, purified } = purify(sanitiseHtml(hostile, { images: true }).html);
    expect(purified).toBe(asItIs);
  }

  it.each(vectors('html-body'))('$id', ({ payload }) => expectNothingRemoved(payload));

  it('in random markup of tags that change how a browser parses', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => expectNothingRemoved(pieces.join(''))),
      {
        numRuns: 150,
      },
    );
  });

  it('in real mails', async () => {
    for (const name of everyThird(readdirOrNone(mails))) {
      expectNothingRemoved(readFileSync(`${mails}/${name}`, 'latin1'));
      // DOMPurify on jsdom lets go of a document only between tasks.
      await setImmediate();
    }
  });
});

const tag = fc.constantFrom(
  ...'a b p div table tr td th caption li ul svg math mtext mglyph mi style title textarea select option'.split(
    ' ',
  ),
  ...'template noscript iframe xmp form button details blockquote h1 img br hr font foreignObject desc'.split(
    ' ',
  ),
  ...'annotation-xml script plaintext body html head frameset pre listing image nobr ruby rt col colgroup'.split(
    ' ',
  ),
);
const attribute = fc.constantFrom(
  '',
  ' onerror=alert(1) src=x',
  ' href=javascript:alert(1)',
  ' href="https://a.example/?<script>"',
  ' title="</style></title></textarea><img src=x onerror=alert(1)>"',
  ' style="color:red;background:url(//track.example/x)"',
  ' src="https://a.example/x.png?a=1&lt=2"',
  ' type=cite class=gmail_quote id=body name=body',
);
const piece = fc.oneof(
  fc.tuple(tag, attribute).map(([name, attributes]) => `<${name}${attributes}>`),
  tag.map((name) => `</${name}>`),
  fc.constantFrom(
    '<!--',
    '-->',
    '--!>',
    '<![CDATA[',
    ']]>',
    '<?x',
    '&lt;script&gt;',
    '&#60;img src=x&#62;',
    'text',
    '"',
    "'",
    '>',
    '<',
  ),
  fc.string({ maxLength: 8 }),
);

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.(?:html|eml)$/.test(name));
  } catch {
    return [];
  }
}

function everyThird(names: string[]): string[] {
  return names.filter((_, index) => index % 3 === 0);
}
