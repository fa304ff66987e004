import { describe, expect, it } from '@jest/globals';
import { JSDOM } from 'jsdom';
import { contentFromPayload } from '../src/content-from-payload.ts';
import { envelopeFromHeaders } from '../src/envelope.ts';
import { mailDocument } from '../src/mail-document.ts';
import { sanitiseHtml } from '../src/sanitise-html.ts';
import { vectors } from './vectors.ts';

const looks =
  /^(?:align|alt|bgcolor|border|cell\w+|class|clear|colou?r|colspan|dir|face|height|lang|nowrap|open|rowspan|size|span|start|style|type|valign|value|width)$/;
const linkAttributes = new Set(['href', 'title', 'target', 'rel']);
const activeElements =
  'script,style,link,meta,base,iframe,frame,object,embed,svg,math,form,input,button,select,textarea,template,video,audio,source,track,area,map,dialog,portal,title,noscript,xmp,plaintext';

const { DOMParser } = new JSDOM('').window;
const parsed = (html: string) => new DOMParser().parseFromString(html, 'text/html');

/** What is wrong with a document, as the HTML standard's parser reads it. */
function faultsOf(document: string): string[] {
  const { body, head } = parsed(document);
  const faults = [...body.querySelectorAll(activeElements)].map(({ tagName }) => `<${tagName}>`);
  if (head.querySelectorAll('*').length !== 5) faults.push('something reached the head');
  for (const element of body.querySelectorAll('*'))
    for (const { name, value } of element.attributes) {
      const isLink = element.tagName === 'A' && linkAttributes.has(name);
      if (name === 'src') {
        if (!/^data:image\/(?:png|jpe?g|gif|webp);base64,/.test(value)) faults.push(`src=${value}`);
      } else if (name === 'href') {
        if (!isLink || !/^(?:https?|mailto):/.test(value)) faults.push(`href=${value}`);
        if (element.getAttribute('title') !== value) faults.push('a link without its true target');
      } else if (!isLink && !looks.test(name)) faults.push(`${name}=${value}`);
      if (
        name === 'style' &&
        /url|image-set|expression|@|\\|position|transform|z-index|:\s*-|behavior|binding/i.test(value)
      )
        faults.push(`style=${value}`);
    }
  return faults;
}

const withoutNotes = (html: string) => html.replaceAll(/ <small>\[[^<]*\]<\/small>/g, '');

describe('a hostile body', () => {
  it.each(vectors('html-body'))(
    'comes out with nothing that acts, loads or names itself: $id',
    ({ payload }) => {
      const { html } = sanitiseHtml(payload, { images: false });
      expect(faultsOf(mailDocument({ html, text: 'text', flaws: [] }))).toEqual([]);
      const again = sanitiseHtml(html, { images: false }).html;
      expect(withoutNotes(again)).toBe(withoutNotes(html));
    },
  );

  it.each(vectors('text-body'))('of plain text is shown as it is: $id', ({ payload }) => {
    const document = mailDocument({ html: null, text: payload, flaws: [] });
    expect(faultsOf(document)).toEqual([]);
    expect(parsed(document).body.textContent).toBe(payload);
  });
});

describe('a hostile header', () => {
  const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  it.each([...vectors('subject'), ...vectors('from-name')])(
    'stays one line that turns nothing: $id',
    ({ payload }) => {
      const { subject, from } = envelopeFromHeaders([
        { name: 'Subject', value: payload },
        { name: 'From', value: payload },
      ]);
      expect(subject).not.toMatch(forbidden);
      expect(`${from?.name} ${from?.address}`).not.toMatch(forbidden);
    },
  );

  it.each(vectors('file-name'))('names a plain file: $id', ({ payload }) => {
    const part = {
      mimeType: 'application/octet-stream',
      filename: payload,
      body: { attachmentId: 'a', size: 1 },
    };
    const [attachment] = contentFromPayload(part).attachments;
    expect(attachment?.filename).toMatch(/^[^./\\"<>:|?*\s][^/\\"<>:|?*]{0,199}$/);
    expect(attachment?.filename).not.toMatch(forbidden);
    expect(attachment?.filename).not.toMatch(/^(?:con|nul)(?:\.|$)/i);
  });
});
