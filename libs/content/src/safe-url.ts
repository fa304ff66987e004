const maxUrlLength = 4_000;
const imageData = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i;
const linkProtocols = new Set(['http:', 'https:', 'mailto:']);

/**
 * Where a link leads, as a browser resolves it: http, https or mailto, host names and odd characters encoded, no
 * user name before the host; undefined when it leads nowhere that a mail may lead.
 */
export function safeLink(href: string): URL | undefined {
  const url = parsed(href);
  if (url === undefined || !linkProtocols.has(url.protocol)) return undefined;
  return withoutUser(url);
}

/** A remote picture by its https address: one that was named by http is asked for by https. */
export function remoteImage(src: string): string | undefined {
  const url = parsed(src);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  url.protocol = 'https:';
  return withoutUser(url).href;
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

/** `https://bank.example@evil.example/` is there to be misread. */
function withoutUser(url: URL): URL {
  if (url.username !== '') url.username = '';
  if (url.password !== '') url.password = '';
  return url;
}
