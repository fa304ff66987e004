import { describe, expect, it } from '@jest/globals';
import { mailDocument } from './mail-document.ts';

const documentOf = (text: string) => mailDocument({ html: null, text, flaws: [] });

describe('the document of a mail', () => {
  it('holds the sanitised HTML, else the text', () => {
    expect(mailDocument({ html: '<p>rich</p>', text: 'plain', flaws: [] })).toContain(
      '<body><p>rich</p></body>',
    );
    expect(mailDocument({ html: '', text: 'plain', flaws: [] })).toContain('<div class="text">plain</div>');
    expect(mailDocument({ html: null, text: null, flaws: [] })).toContain('This message has no text.');
  });

  it('shows every character of a text as text', () => {
    expect(documentOf('<script>&amp;"\'')).toContain('>&lt;script&gt;&amp;amp;&quot;&#39;<');
  });

  it('links http, https and mailto addresses only, and says where they lead', () => {
    const html = documentOf(
      'see https://a.example/x"y=1 or b@c.example or javascript:alert(1) or ftp://d.example',
    );
    expect(
      [...html.matchAll(/<a href="([^"]*)" title="([^"]*)"/g)].map(([, href, title]) => [href, title]),
    ).toEqual([
      ['https://a.example/x', 'https://a.example/x'],
      ['mailto:b@c.example', 'mailto:b@c.example'],
    ]);
  });

  it('folds the quote after which nothing of the writer follows, and leaves quotes between answers open', () => {
    const html = documentOf('> first\n\nyes\n\n> second\n\n-- \nMe');
    expect(html).toContain('<div class="text quote">&gt; first');
    expect(html).toContain('<details><summary>Quoted text</summary><div class="text quote">&gt; second');
  });

  it('says when only a part is shown', () => {
    expect(documentOf('short')).not.toContain('Only a part');
    expect(documentOf('long '.repeat(100_000))).toContain('Only a part');
    expect(mailDocument({ html: '<p>x</p>', text: null, flaws: ['html-cut'] })).toContain('Only a part');
  });
});
