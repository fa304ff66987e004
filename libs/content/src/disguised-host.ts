/** A link's text that reads like an address: an optional scheme, a host name with a dot, then its end or a path. */
const address = /^\s*(?:https?:\/\/)?((?:[\p{L}\p{N}-]{1,63}\.){1,10}\p{L}{2,24})(?=[/:?#\s]|$)/iu;

/** The host a link leads to, when its text names another one or its letters only look alike; else undefined. */
export function disguisedHost(text: string, target: URL): string | undefined {
  const claimed = address.exec(text)?.[1];
  if (claimed === undefined || target.hostname === '') return undefined;
  const claimedHost = URL.parse(`https://${claimed}`)?.hostname ?? '';
  const isSame = isPartOf(claimedHost, target.hostname) || isPartOf(target.hostname, claimedHost);
  return isSame && !target.hostname.includes('xn--') ? undefined : target.hostname;
}

function isPartOf(host: string, domain: string): boolean {
  const bare = domain.replace(/^www\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}
