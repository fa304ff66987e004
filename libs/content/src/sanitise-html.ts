import sanitizeHtml from 'sanitize-html';
import { safeStyle } from './safe-style.ts';
import { contentIdOf, isImageData, remoteImage, safeLink } from './safe-url.ts';

export interface SanitiseOptions {
  /** Remote images are kept, by https only. */
  images: boolean;
  /** Content-ID → URL of the attachment, for cid: sources. */
  inlineImages?: Record<string, string>;
}

export interface CleanHtml {
  html: string;
  /** A picture would be there if images were allowed. */
  remoteImagesBlocked: boolean;
}

type Attributes = Record<string, string>;

const allowedTags =
  `a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd
  del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark
  nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u
  ul var wbr`.split(/\s+/);

/** Their text is code, or belongs to a thing that is gone. */
const nonTextTags = `script style textarea title option xmp iframe noembed noframes template`.split(' ');

const plainAttributes =
  `align bgcolor border cellpadding cellspacing clear color colspan dir face height hspace lang
  nowrap rowspan size span start type valign value vspace width`.split(/\s+/);
const isPlain = new Set(plainAttributes);
const plainValue = /^[\w\s#%.,()+-]{0,100}$/;
/** Far below the depth at which a browser stops nesting (512); what lies deeper loses its tags, not its text. */
const nestingLimit = 200;
const gone = { tagName: 'gone', attribs: {} };

const rules: sanitizeHtml.IOptions = {
  allowedTags,
  nonTextTags,
  nestingLimit,
  allowedAttributes: { '*': [...plainAttributes, 'style', 'alt', 'title', 'href', 'src', 'target', 'rel'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https', 'data'] },
  // Styles are filtered here, once for all the cells that share one: parsing each with a CSS parser costs more than the rest.
  parseStyleAttributes: false,
};

/** The allow-listed rest of a mail's HTML. Never throws; what it costs is up to the HTML, so give it a budget. */
export function sanitiseHtml(html: string, options: SanitiseOptions): CleanHtml {
  const styles = new Map<string, string>();
  let remoteImagesBlocked = false;

  function plain(attribs: Attributes): Attributes {
    const kept: Attributes = {};
    for (const [name, value] of Object.entries(attribs)) {
      if (name === 'style') {
        const style = styles.get(value) ?? safeStyle(value);
        styles.set(value, style);
        if (style !== '') kept['style'] = style;
      } else if (name === 'alt' || (isPlain.has(name) && plainValue.test(value))) kept[name] = value;
    }
    return kept;
  }

  function image(attribs: Attributes): sanitizeHtml.Tag {
    const { src = '' } = attribs;
    const contentId = contentIdOf(src);
    const inline = contentId === undefined ? undefined : options.inlineImages?.[contentId];
    if (inline !== undefined) return { tagName: 'img', attribs: { ...plain(attribs), src: inline } };
    if (isImageData(src)) return { tagName: 'img', attribs: { ...plain(attribs), src } };
    const remote = remoteImage(src);
    if (remote === undefined || isTracker(attribs)) return gone;
    if (options.images) return { tagName: 'img', attribs: { ...plain(attribs), src: remote } };
    remoteImagesBlocked = true;
    // Without its source a picture still says its text and holds its place.
    return { tagName: 'img', attribs: plain(attribs) };
  }

  function transform(tagName: string, attribs: Attributes): sanitizeHtml.Tag {
    if (tagName === 'img') return image(attribs);
    if (tagName === 'a') return { tagName, attribs: { ...plain(attribs), ...link(attribs) } };
    // The colours of a whole mail are said on its body.
    return { tagName: tagName === 'body' ? 'div' : tagName, attribs: plain(attribs) };
  }

  return { html: sanitizeHtml(html, { ...rules, transformTags: { '*': transform } }), remoteImagesBlocked };
}

/** The title says where a link really leads, whatever its text or its own title claims. */
function link({ href = '' }: Attributes): Attributes {
  const target = safeLink(href);
  if (target === undefined) return {};
  return { href: target, title: target.slice(0, 300), target: '_blank', rel: 'noopener noreferrer nofollow' };
}

/** A picture that nobody can see is there to be asked for. */
function isTracker({ width = '', height = '', style = '' }: Attributes): boolean {
  const tiny = /^\s*[01](?:px)?\s*$/i;
  return (
    (tiny.test(width) && tiny.test(height)) ||
    /display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[\s;])opacity\s*:\s*0(?:[;\s]|$)/i.test(style) ||
    (/(?:^|[\s;])width\s*:\s*[01](?:px)?\b(?!\.)/i.test(style) &&
      /(?:^|[\s;])height\s*:\s*[01](?:px)?\b(?!\.)/i.test(style))
  );
}
