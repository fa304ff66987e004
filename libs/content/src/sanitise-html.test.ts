import { describe, expect, it } from '@jest/globals';
import { sanitiseHtml } from './sanitise-html.ts';
import type { SanitiseOptions } from './safe-attributes.ts';

const clean = (html: string, options: SanitiseOptions = { images: false }) =>
  sanitiseHtml(html, options).html;
const link = (href: string) =>
  `href="${href}" title="${href}" target="_blank" rel="noopener noreferrer nofollow"`;

describe('the looks of a mail', () => {
  it('stay: tables, colours, fonts and sizes', () => {
    const html =
      '<table width="600" cellpadding="0" bgcolor="#eee"><tr><td align="center" valign="top" style="color:red;padding:1px 2px">x</td></tr></table>';
    expect(clean(html)).toBe(html);
  });

  it('of the whole mail are kept when its body tag goes', () => {
    expect(clean('<html><body bgcolor="#000" style="color:#fff"><p>x</p></body></html>')).toBe(
      '<div bgcolor="#000" style="color:#fff"><p>x</p></div>',
    );
  });

  it.each([
    ['background:url(https://track.example/x.png)', ''],
    ['background:#fff url("x")', ''],
    ['background-color:rgb(1, 2, 3)', 'background-color:rgb(1, 2, 3)'],
    [
      'background:linear-gradient(90deg, #fff 0%, rgba(0,0,0,.5) 100%)',
      'background:linear-gradient(90deg, #fff 0%, rgba(0,0,0,.5) 100%)',
    ],
    ['COLOR : Red ; position:fixed; z-index:9', 'color:Red'],
    ['font-family:"Helvetica Neue",Arial', "font-family:'Helvetica Neue',Arial"],
    [`font-family:"a';x",'b`, ''],
    ['margin:0 auto -5px;padding:5px', 'padding:5px'],
    ['width:expression(alert(1));width:calc(100% - 2px)', 'width:calc(100% - 2px)'],
    ['color:r\\65 d;/**/color:blue', ''],
    ['mso-line-height-rule:exactly;line-height:1.4 !important', 'line-height:1.4 !important'],
    ['color:red}body{display:none', ''],
  ])('in a style attribute are what is known to be harmless: %s', (style, kept) => {
    expect(clean(`<p style="${style.replaceAll('"', '&quot;')}">`)).toBe(
      kept === '' ? '<p></p>' : `<p style="${kept}"></p>`,
    );
  });
});

describe('a link', () => {
  it('opens apart, tells nobody where from, and says where it leads', () => {
    expect(clean('<a href="http://a.example/x?a=1&amp;b=2" title="bank" target=_top>x</a>')).toBe(
      `<a ${link('http://a.example/x?a=1&amp;b=2')}>x</a>`,
    );
    expect(clean('<a href="mailto:a@b.example?subject=hi">x</a>')).toBe(
      `<a ${link('mailto:a@b.example?subject=hi')}>x</a>`,
    );
    expect(clean('<a href="//a.example/">x</a>')).toBe(`<a ${link('https://a.example/')}>x</a>`);
  });

  it.each([
    'javascript:x',
    'data:text/html,x',
    '#top',
    '/path',
    'file:///etc/passwd',
    'tel:1',
    'intent://x',
    'x.html',
    '',
  ])('that leads elsewhere is only its text: %s', (href) =>
    expect(clean(`<a href="${href}">x</a>`)).toBe('x'),
  );

  it('has no user name, and its odd letters in their plain form', () => {
    expect(clean('<a href="https://bank.example@evil.example/\u202egnp.exe">x</a>')).toBe(
      `<a ${link('https://evil.example/%E2%80%AEgnp.exe')}>x</a>`,
    );
  });

  it.each([
    ['https://bank.example/login', 'https://evil.example/', 'evil.example'],
    ['bank.example', 'https://bank.example.evil.example/', 'bank.example.evil.example'],
    ['аpple.example', 'https://xn--pple-43d.example/', 'xn--pple-43d.example'],
    ['www.bank.example', 'https://bank.example/x', ''],
    ['bank.example', 'https://login.bank.example/', ''],
    ['Read more.', 'https://evil.example/', ''],
    ['me@bank.example', 'mailto:me@bank.example', ''],
  ])('whose text is another address shows the true one: %s → %s', (text, href, host) => {
    expect(clean(`<a href="${href}"><b>${text}</b></a>.`)).toContain(
      host === '' ? '</b></a>.' : `</a> <small>[${host}]</small>.`,
    );
  });

  it('in a link ends the first one', () => {
    expect(clean('<a href="https://a.example/"><b>a<a href="https://b.example/">b')).toBe(
      `<a ${link('https://a.example/')}><b>a</b></a><a ${link('https://b.example/')}>b</a>`,
    );
  });
});

describe('a picture', () => {
  const picture = '<img src="http://pictures.example/a.png" width="300" height="200" alt="A&amp;B">';

  it('from afar waits for the reader, who is told', () => {
    expect(sanitiseHtml(picture, { images: false })).toMatchObject({
      html: '<img width="300" height="200" alt="A&amp;B">',
      remoteImagesBlocked: true,
    });
    expect(sanitiseHtml(picture, { images: true })).toMatchObject({
      html: '<img width="300" height="200" alt="A&amp;B" src="https://pictures.example/a.png">',
      remoteImagesBlocked: false,
    });
  });

  it.each([
    '<img src="https://t.example/o.gif" width="1" height="1">',
    '<img src="https://t.example/o.gif" width=0 height=0px>',
    '<img src="https://t.example/o.gif" style="width:1px;height:1px">',
    '<img src="https://t.example/o.gif" style="display : none">',
    '<img src="https://t.example/o.gif" width="1" style="height: 1px !important">',
  ])('that nobody can see is never asked for: %s', (html) => {
    expect(sanitiseHtml(html, { images: true })).toMatchObject({ html: '', remoteImagesBlocked: false });
  });

  it('that came with the mail is shown by the address of its attachment', () => {
    const inlineImages = { 'a@b': '/files/1?a&b' };
    expect(clean('<img src="cid:a%40b" alt="">', { images: false, inlineImages })).toBe(
      '<img alt="" src="/files/1?a&amp;b">',
    );
    expect(clean('<img src="cid:other"><img src="cid:__proto__">', { images: false, inlineImages })).toBe('');
  });

  it('within the HTML is shown when it is no document', () => {
    expect(clean('<img alt="" src="data:image/png;base64,AAAA">')).toBe(
      '<img alt="" src="data:image/png;base64,AAAA">',
    );
    expect(clean('<img src="data:image/svg+xml;base64,AAAA"><img src="data:text/html,x">')).toBe('');
  });
});

describe('quoted text', () => {
  const folded = '<details><summary>Quoted text</summary>';

  it('is folded when nothing of the writer follows it', () => {
    expect(clean('<p>yes</p><blockquote type="cite">old</blockquote><br>')).toContain(`${folded}<blockquote`);
    expect(clean('yes<div><blockquote class="gmail_quote">old</blockquote></div>-- <br>Me')).toContain(
      folded,
    );
    expect(clean('yes<blockquote type="cite">old</blockquote>_______________<br>list')).toContain(folded);
  });

  it('stays in sight between answers, alone, and where it only indents', () => {
    expect(clean('yes<blockquote type="cite">old</blockquote>and this')).not.toContain(folded);
    expect(clean('<blockquote type="cite">forwarded</blockquote>')).not.toContain(folded);
    expect(clean('a<blockquote>indented</blockquote>')).not.toContain(folded);
  });

  it('is folded once, with what it quotes itself', () => {
    const html = clean('a<blockquote type="cite">b<blockquote type="cite">c</blockquote></blockquote>');
    expect(html).toBe(
      `a${folded}<blockquote type="cite">b<blockquote type="cite">c</blockquote></blockquote></details>`,
    );
  });
});

describe('what is cut', () => {
  it('loses tags beyond 200 levels, not text', () => {
    const html = clean(`${'<b>'.repeat(300)}deep`);
    expect(html).toBe(`${'<b>'.repeat(200)}deep${'</b>'.repeat(200)}`);
  });

  it('ends well-formed where the input nests beyond reason', () => {
    const { html, isCut } = sanitiseHtml(`<p>x${'<i>'.repeat(2_000)}y`, { images: false });
    expect(isCut).toBe(true);
    expect(html.match(/<i>/g)?.length).toBe(html.match(/<\/i>/g)?.length);
  });
});
