export interface Pkce {
  /** Stays with whoever began the login. */
  codeVerifier: string;
  /** Goes into the authorize URL: base64url of the verifier's SHA-256. */
  codeChallenge: string;
}

/** A fresh pair for one login, RFC 7636 with S256; by WebCrypto, so in browsers and Node alike. */
export async function createPkce(): Promise<Pkce> {
  const codeVerifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier));
  return { codeVerifier, codeChallenge: base64url(new Uint8Array(digest)) };
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
