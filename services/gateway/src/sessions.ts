import { parseCookie } from 'cookie';
import { EncryptJWT, jwtDecrypt, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { deriveKey } from './derive-key.ts';
import { remember } from './sliding-windows.ts';

/** What a browser keeps while its owner is at Google; nobody else can read it or make one. */
export interface SignInAttempt {
  state: string;
  codeVerifier: string;
}

export interface Sessions {
  /** A `Set-Cookie` value that signs the user in. */
  start(userId: string): Promise<string>;
  end(): string;
  /** Undefined for a cookie that is missing, forged, expired, or of another installation. */
  read(cookies: string | undefined): Promise<{ userId: string; expiresAt: number } | undefined>;
  startAttempt(attempt: SignInAttempt): Promise<string>;
  endAttempt(): string;
  readAttempt(cookies: string | undefined): Promise<SignInAttempt | undefined>;
}

const attemptMinutes = 10;
/** Of half a kilobyte each. */
const maxVerified = 10_000;
const subject = z.string().regex(/^usr_[a-z0-9]{16}$/);
const attempt = z.object({ state: z.string().min(1), codeVerifier: z.string().min(1) });

/**
 * Sessions without a store: signed and encrypted cookies, so that any gateway process reads what another one wrote.
 * `__Host-` binds a cookie to this host alone, which needs
 * HTTPS; without it browsers and other clients would drop the cookie, so plain HTTP gets a plain name.
 */
export function createSessions({
  secret,
  isHttps,
  hours,
}: {
  secret: string;
  isHttps: boolean;
  hours: number;
}): Sessions {
  const sessionKey = deriveKey(secret, 'session');
  const attemptKey = deriveKey(secret, 'sign-in');
  const prefix = isHttps ? '__Host-' : '';
  const names = { session: `${prefix}finito`, attempt: `${prefix}finito-sign-in` };

  const cookie = (name: string, value: string, maxAgeSeconds: number) =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${isHttps ? '; Secure' : ''}`;
  const cookieOf = (name: string, cookies: string | undefined) => parseCookie(cookies ?? '')[name];

  /** Verified before: a session costs its signature once, not with each request. */
  const verified = new Map<string, { userId: string; expiresAt: number }>();

  return {
    async start(userId) {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${hours}h`)
        .sign(sessionKey);
      return cookie(names.session, token, hours * 3_600);
    },
    end: () => cookie(names.session, '', 0),
    async read(cookies) {
      const token = cookieOf(names.session, cookies);
      if (token === undefined) return undefined;
      const known = verified.get(token);
      if (known && known.expiresAt > Date.now()) return known;
      try {
        const { payload } = await jwtVerify(token, sessionKey, { algorithms: ['HS256'] });
        const session = {
          userId: subject.parse(payload.sub),
          expiresAt: z.number().parse(payload.exp) * 1_000,
        };
        remember(verified, token, session, maxVerified);
        return session;
      } catch {
        return undefined;
      }
    },
    async startAttempt({ state, codeVerifier }) {
      const token = await new EncryptJWT({ state, codeVerifier })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(`${attemptMinutes}m`)
        .encrypt(attemptKey);
      return cookie(names.attempt, token, attemptMinutes * 60);
    },
    endAttempt: () => cookie(names.attempt, '', 0),
    async readAttempt(cookies) {
      const token = cookieOf(names.attempt, cookies);
      if (token === undefined) return undefined;
      try {
        const { payload } = await jwtDecrypt(token, attemptKey, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return attempt.parse(payload);
      } catch {
        return undefined;
      }
    },
  };
}
