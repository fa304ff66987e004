import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Claims {
  kind: 'access' | 'refresh';
  email: string;
  /** Which consent it comes from: revoking one token of a grant ends all of them. */
  grant: string;
  scope: string;
  /** Of the grant, in milliseconds since 1970. */
  grantedAt: number;
  /** Absent: it does not expire. */
  expiresAt?: number;
}

export type SignedTokens = ReturnType<typeof createSignedTokens>;

const prefixes = { access: 'ya29.', refresh: '1//0' };
// More than one sync has alive; a forgotten one is only verified again.
const remembered = 1_000;

/** Tokens that carry what they say, signed: they outlive a restart without being stored. */
export function createSignedTokens(key: string) {
  const known = new Map<string, Claims>();
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');

  function verified(token: string): Claims | undefined {
    const match = /^(?:ya29\.|1\/\/0)([\w-]+)\.([\w-]{43})$/.exec(token);
    if (!match) return undefined;
    const [, text = '', signature = ''] = match;
    if (!timingSafeEqual(Buffer.from(sign(text)), Buffer.from(signature))) return undefined;
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims;
  }

  return {
    issue(claims: Claims): string {
      const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return `${prefixes[claims.kind]}${text}.${sign(text)}`;
    },
    /** `undefined`: not ours, or expired. */
    read(token: string): Claims | undefined {
      const claims = known.get(token) ?? verified(token);
      if (!claims || (claims.expiresAt ?? Infinity) < Date.now()) return undefined;
      if (known.size >= remembered) known.clear();
      known.set(token, claims);
      return claims;
    },
  };
}
