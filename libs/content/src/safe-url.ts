const maxUrlLength = 4_000;
const imageData = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i;

/**
 * Where a link leads, as a browser would resolve it: http, https or mailto, with a host name and odd characters
 * in their encoded form; undefined when it leads nowhere that a mail may lead.
 */
export function safeLink(href: string): string | undefined {
  const url = parsed(href);
  if (url === undefined || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined;
  return url.href;
}

/** A remote picture by its https address: one that was named by http is asked for by https. */
export function remoteImage(src: string): string | undefined {
  const url = parsed(src);
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined;
  url.protocol = 'https:';
  url.username = '';
  url.password = '';
  return url.href;
}

/** A picture that came inside the HTML; SVG is a document and does not count. */
export function isImageData(src: string): boolean {
  return imageData.test(src);
}

/** The Content-ID that a source names. */
export function contentIdOf(src: string): string | undefined {
  const id = /^\s*cid:(.{1,500})$/i.exec(src)?.[1]?.trim();
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function parsed(address: string): URL | undefined {
  const trimmed = address.trim();
  if (trimmed.length > maxUrlLength) return undefined;
  const absolute = /^[/\\]{2}/.test(trimmed) ? `https:${trimmed}` : trimmed;
  return URL.parse(absolute) ?? undefined;
}
