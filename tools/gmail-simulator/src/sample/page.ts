import { escaped } from './letter.ts';

/** HTML as a sender of bulk mail makes it: tables, a coloured head, small print. */
export function page({
  title,
  colour,
  head,
  blocks,
  foot,
  logo,
}: {
  title: string;
  colour: string;
  head: string;
  /** HTML, one row each. */
  blocks: string[];
  /** HTML. */
  foot: string;
  /** HTML of a picture above all. */
  logo?: string;
}): string {
  const rows = blocks.map(
    (block) => `<tr><td style="padding:0 32px 20px;line-height:1.6">${block}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{margin:0;background:#f4f4f1}a{color:${colour}}h2{font-size:18px;margin:0 0 6px}@media(max-width:620px){.sheet{width:100%!important}}</style></head>
<body style="margin:0;background:#f4f4f1"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="sheet" width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;font-family:Georgia,'Times New Roman',serif;color:#222222">
<tr><td style="background:${colour};color:#ffffff;font-size:24px;padding:24px 32px">${logo ?? ''}${escaped(head)}</td></tr>
<tr><td style="padding:24px 32px 12px"><h1 style="font-size:24px;margin:0">${escaped(title)}</h1></td></tr>
${rows.join('\n')}
<tr><td style="padding:16px 32px;font-size:12px;color:#777777;border-top:1px solid #e5e5e0">${foot}</td></tr>
</table></td></tr></table></body></html>`;
}
