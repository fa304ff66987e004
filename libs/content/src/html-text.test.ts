import { describe, expect, it } from '@jest/globals';
import { htmlText } from './html-text.ts';

describe('the text of HTML that cannot be shown', () => {
  it('is its words in their lines, without styles, scripts and tags', () => {
    const html =
      '<TITLE>t</title><style>p{}</STYLE><p>Hello&nbsp;<b>you</b> &amp; me</p>\n<script>x<y</script><div>a &lt;b&gt; &#8364; &#x41;</div>';
    expect(htmlText(html)).toBe('Hello you & me\na <b> € A');
  });

  it('is found in one pass over what never ends', () => {
    for (const piece of ['<', '<style>', '<!--', '&#', '\n ', '<p x="']) {
      const { user, system } = process.threadCpuUsage();
      htmlText(piece.repeat(2_000_000 / piece.length));
      const after = process.threadCpuUsage({ user, system });
      expect((after.user + after.system) / 1_000).toBeLessThan(150);
    }
  });
});
