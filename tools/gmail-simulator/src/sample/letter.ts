// How one message of a thread looks: greeting, text, closing, and what it answers below.
import type { Address, Person } from './people.ts';

export interface Letter {
  paragraphs: string[];
  greeting?: string;
  closing: string;
  /** The message it answers. */
  quoted?: { author: Address; at: number; paragraphs: string[] };
}

export function plainLetter({ paragraphs, greeting, closing, quoted }: Letter): string {
  const own = [...(greeting === undefined ? [] : [greeting]), ...paragraphs, closing].join('\n\n');
  if (!quoted) return own;
  const lines = quoted.paragraphs.join('\n\n').split('\n');
  return [own, '', attribution(quoted), ...lines.map((line) => (line === '' ? '>' : `> ${line}`))].join('\n');
}

export function htmlLetter(letter: Letter, program: Person['program']): string | undefined {
  switch (program) {
    case 'webmail':
      return webmailHtml(letter);
    case 'outlook':
      return outlookHtml(letter);
    case 'apple':
      return `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">${blocks(letter, 'div')}</body></html>`;
    case 'mutt':
      return undefined;
  }
}

function webmailHtml(letter: Letter): string {
  const { quoted } = letter;
  const below = quoted
    ? `<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${escaped(attribution(quoted))}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${quoted.paragraphs.map(escaped).join('<br><br>')}</blockquote></div>`
    : '';
  return `<div dir="ltr">${blocks({ ...letter, quoted: undefined }, 'div')}</div>${below}`;
}

function outlookHtml(letter: Letter): string {
  const { quoted } = letter;
  const below = quoted
    ? `<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> ${escaped(quoted.author.name)} &lt;${quoted.author.address}&gt;<br><b>Sent:</b> ${longDate(quoted.at)}</p></div>${quoted.paragraphs.map((text) => `<p class="MsoNormal">${escaped(text)}</p>`).join('')}`
    : '';
  return `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0cm 0cm 8pt;font-size:11.0pt;font-family:"Calibri",sans-serif}</style></head><body lang="EN-GB"><div class="WordSection1">${blocks({ ...letter, quoted: undefined }, 'p class="MsoNormal"')}${below}</div></body></html>`;
}

function blocks({ paragraphs, greeting, closing, quoted }: Letter, tag: string): string {
  const name = tag.split(' ')[0]!;
  const own = [...(greeting === undefined ? [] : [greeting]), ...paragraphs, closing];
  const texts = own
    .map((text) => `<${tag}>${escaped(text)}</${name}>`)
    .join(name === 'p' ? '' : '<div><br></div>');
  if (!quoted) return texts;
  return `${texts}<br><blockquote type="cite"><div>${escaped(attribution(quoted))}</div><div>${quoted.paragraphs.map(escaped).join('<br><br>')}</div></blockquote>`;
}

function attribution({ author, at }: NonNullable<Letter['quoted']>): string {
  return `On ${longDate(at)}, ${author.name} <${author.address}> wrote:`;
}

function longDate(at: number): string {
  const text = new Date(at).toUTCString();
  return `${text.slice(0, 16)} at ${text.slice(17, 22)}`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', '<br>');
}
