import { existsSync, readFileSync } from 'node:fs';

export interface Vector {
  id: string;
  context: 'html-body' | 'text-body' | 'subject' | 'from-name' | 'file-name';
  payload: string;
}

/** A larger set beside the project, used when it is there. */
const sharedPath = process.env['XSS_VECTORS'] ?? '/work/shared/mail/xss.json';

/** Attacks of each class that a mail can carry; `alert` stands for any script, track.example for any stranger. */
const own: Partial<Record<Vector['context'], string[]>> = {
  'html-body': [
    '<script>alert(1)</script>',
    '<script src=//track.example/x.js></script>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<img src=x onerror=alert(1)>',
    '<img src=x onerror\n=alert(1)//',
    '<body onload=alert(1) background=//track.example/b.png>x',
    '<svg onload=alert(1)><script>alert(1)</script></svg>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<svg><image href=//track.example/s.png /><filter><feImage href=//track.example/f.png /></filter></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
    '<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    '<title><p title="</title><img src=x onerror=alert(1)>">',
    '<select><template><img src=x onerror=alert(1)></template></select>',
    '<template shadowrootmode=open><img src=x onerror=alert(1)></template>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<![CDATA[<img src=x onerror=alert(1)>]]>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="//evil.example\\@bank.example/" ping=//track.example/ping>x</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe><iframe src=javascript:alert(1)></iframe>',
    '<object data="data:text/html,<script>alert(1)</script>"></object><embed src=//track.example/x.swf>',
    '<meta http-equiv=refresh content="0;url=//track.example/"><base href=//track.example/>',
    '<link rel=stylesheet href=//track.example/x.css><link rel=preconnect href=//track.example>',
    '<details open ontoggle=alert(1)>x</details><input autofocus onfocus=alert(1)>',
    '<style>@import "//track.example/i.css";@font-face{font-family:x;src:url(//track.example/f)}p{font-family:x}</style><p>x',
    '<p style="background:url(//track.example/1.png);background:\\75rl(//track.example/2.png)">x</p>',
    '<p style="background:image-set(\'//track.example/1.png\' 1x);cursor:url(//track.example/c.cur),auto">x</p>',
    '<p style="font-family:\';background:url(//track.example/q.png)\'">x</p>',
    '<div style="position:fixed;inset:0;z-index:9;margin-top:-9999px;transform:scale(9)">x</div>',
    '<img src="http://track.example/o.gif" srcset="//track.example/o2.gif 2x" lowsrc=//track.example/l.gif>',
    '<img src="ht\ntps://track.example/o.gif" width=1 height=1>',
    '<picture><source srcset=//track.example/p.webp><img src=cid:x></picture>',
    '<video poster=//track.example/p.jpg><source src=//track.example/v.mp4></video><audio src=//track.example/a autoplay>',
    '<table background=//track.example/t.png><tr><td background=//track.example/d.png>x</table>',
    '<input type=image src=//track.example/i.png><bgsound src=//track.example/s.wav>',
    '<form id=document action=//track.example/><input name=cookie><button formaction=javascript:alert(1)>go</form>',
    '<a id=config name=getElementById href="https://track.example/">x</a><img name=body id=body src=cid:y>',
    '<plaintext><img src=x onerror=alert(1)>',
    '<<img src=x onerror=alert(1)//>',
    '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 onload=%22alert(1)%22/>">',
    '</div></body></html><script>alert(1)</script>',
  ],
  'text-body': [
    '<script>alert(1)</script>',
    'https://a.example/"onmouseover=alert(1)//',
    "http://a.example/'><img src=x onerror=alert(1)>",
    'mailto:a@b.example?subject=<img src=x onerror=alert(1)>',
    'javascript:alert(1) data:text/html,<script>alert(1)</script> ftp://track.example/x //track.example/y',
    '&lt;img src=x onerror=alert(1)&gt;',
  ],
  subject: [
    '<img src=x onerror=alert(1)>',
    'Invoice \u202ecod.exe',
    'a\u0000b\r\nBcc: c@d.example',
    'a\u2028b',
  ],
  'from-name': ['"\u202emoc.knab" <x@evil.example>', '=?utf-8?Q?=0D=0ABcc:_c@d.example?= <x@evil.example>'],
  'file-name': [
    '../../etc/passwd',
    '..\\..\\windows\\x.dll',
    'a.pdf\u0000.exe',
    'photo\u202egnp.exe',
    'x\r\nContent-Type: text/html\r\n\r\n<script>',
    '"; filename="x.html',
    'CON',
    'nul.txt',
    '.htaccess',
    `${'a'.repeat(5_000)}.pdf`,
  ],
};

export function vectors(context: Vector['context']): Vector[] {
  const ours = (own[context] ?? []).map((payload, index) => ({
    id: `own-${context}-${index + 1}`,
    context,
    payload,
  }));
  const shared = existsSync(sharedPath)
    ? (JSON.parse(readFileSync(sharedPath, 'utf8')) as { vectors: Vector[] }).vectors
    : [];
  return [...ours, ...shared.filter((vector) => vector.context === context)];
}
