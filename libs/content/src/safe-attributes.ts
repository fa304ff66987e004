import { plainAttributes, plainValue } from './allowed-html.ts';
import { escapeHtml } from './escape-html.ts';
import { safeStyle } from './safe-style.ts';
import { contentIdOf, isImageData, remoteImage, safeLink } from './safe-url.ts';

export interface SanitiseOptions {
  /** Remote images are kept, by https only. */
  images: boolean;
  /** Content-ID → URL of the attachment, for cid: sources. */
  inlineImages?: Record<string, string>;
}

type Attributes = Record<string, string>;

export interface AttributeFilter {
  /** Where a link leads; undefined when it may not be one. */
  link(attribs: Attributes): URL | undefined;
  /** Attributes as HTML with a blank before each; undefined when the whole tag must go. */
  attributes(tag: string, attribs: Attributes, target: URL | undefined): string | undefined;
  /** Whether a picture lost its source only because images are not allowed. */
  hasBlockedImages(): boolean;
}

const maxTitle = 300;

export function createAttributeFilter(options: SanitiseOptions): AttributeFilter {
  // Cells of one table share a few styles.
  const styles = new Map<string, string>();
  let blockedImages = false;

  function attribute(name: string, value: string): string {
    if (name === 'style') {
      let style = styles.get(value);
      if (style === undefined) styles.set(value, (style = safeStyle(value)));
      return style === '' ? '' : ` style="${style}"`;
    }
    if (name === 'alt') return ` alt="${escapeHtml(value)}"`;
    return plainAttributes.has(name) && plainValue.test(value) ? ` ${name}="${value}"` : '';
  }

  /** ' src="…"', '' for a picture whose source waits for permission, undefined for none at all. */
  function source(attribs: Attributes): string | undefined {
    const { src } = attribs;
    if (src === undefined) return '';
    const contentId = contentIdOf(src);
    const inline = contentId === undefined ? undefined : ownValue(options.inlineImages, contentId);
    if (inline !== undefined) return ` src="${escapeHtml(inline)}"`;
    if (isImageData(src)) return ` src="${src}"`;
    const remote = remoteImage(src);
    if (remote === undefined || isTracker(attribs)) return undefined;
    if (options.images) return ` src="${escapeHtml(remote)}"`;
    blockedImages = true;
    return '';
  }

  return {
    link: ({ href }) => (href === undefined ? undefined : safeLink(href)),
    attributes(tag, attribs, target) {
      let html = '';
      for (const name in attribs) html += attribute(name, (attribs[name] ?? '').trim());
      if (tag === 'a') return target && html + linkAttributes(target);
      if (tag !== 'img') return html;
      const src = source(attribs);
      if (src === undefined) return undefined;
      // Without a text a browser would draw a frame around what is not there.
      return html + src + (attribs['alt'] === undefined ? ' alt=""' : '');
    },
    hasBlockedImages: () => blockedImages,
  };
}

/** The title says where a link really leads, whatever its text or its own title claims. */
export function linkAttributes({ href }: URL): string {
  const target = escapeHtml(href);
  const title = href.length > maxTitle ? `${escapeHtml(href.slice(0, maxTitle))}…` : target;
  return ` href="${target}" title="${title}" target="_blank" rel="noopener noreferrer nofollow"`;
}

const tiny = /^\s*[01](?:px)?\s*$/i;
const hiddenStyle =
  /display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[\s;])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)/i;
const tinyWidth = /(?:^|[\s;])width\s*:\s*[01](?:px)?\s*(?:;|!|$)/i;
const tinyHeight = /(?:^|[\s;])height\s*:\s*[01](?:px)?\s*(?:;|!|$)/i;

/** A picture that nobody can see is there to be asked for. */
function isTracker({ width = '', height = '', style = '' }: Attributes): boolean {
  const isTiny = tiny.test(width) || tinyWidth.test(style);
  const isFlat = tiny.test(height) || tinyHeight.test(style);
  return (isTiny && isFlat) || hiddenStyle.test(style);
}

function ownValue(values: Record<string, string> | undefined, key: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}
