import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey } from './derive-key.ts';

export interface BearerTokens {
  create(): string;
  /** Whether the token has our form and signature; whether it still works, the database knows. */
  isOurs(token: string): boolean;
}

/** Tokens for the API: 256 random bits and a keyed hash of them, so that a made-up token costs no query. */
export function createBearerTokens(secret: string): BearerTokens {
  const key = deriveKey(secret, 'bearer token');
  const signature = (random: string) =>
    createHmac('sha256', key).update(random).digest('base64url').slice(0, 16);

  return {
    create() {
      const random = randomBytes(32).toString('base64url');
      return `finito_${random}_${signature(random)}`;
    },
    isOurs(token) {
      const [, random = '', given = ''] = /^finito_([\w-]{43})_([\w-]{16})$/.exec(token) ?? [];
      return given !== '' && timingSafeEqual(Buffer.from(signature(random)), Buffer.from(given));
    },
  };
}
