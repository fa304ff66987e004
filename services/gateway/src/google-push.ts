// Who pushes to `POST /api/gmail/push`: Google Pub/Sub, which signs a token for each push. Checked are the signature,
// the issuer, the audience, the account, that its address is verified, and the time.
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import {
  CertificatesUnavailableError,
  ForeignTokenError,
  PushOffError,
  UnauthenticatedError,
} from './errors.ts';

/** Why the sender is not believed; `undefined` when it is Pub/Sub with a token for us. Never rejects. */
export type ProvePush = (authorization: string | undefined) => Promise<Error | undefined>;

export interface GooglePushOptions {
  certsUrl: string;
  audience: string;
  /** Without it nobody is believed. */
  serviceAccount: string | undefined;
  /** How long keys are used before they are read again; an hour unless told. */
  keepKeysMs?: number;
}

const issuers = ['https://accounts.google.com', 'accounts.google.com'];
/** Clocks of machines that are looked after badly are this far apart; Google's tokens last an hour. */
const clockToleranceSeconds = 300;

export function createGooglePush(options: GooglePushOptions): ProvePush {
  const { audience, serviceAccount } = options;
  if (serviceAccount === undefined) return async () => new PushOffError('no service account is set');
  const key = patientKeys(options);
  return async (authorization) => {
    const [, token] = /^Bearer ([\w.-]{1,4000})$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return new UnauthenticatedError('no token');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['RS256'],
        issuer: issuers,
        requiredClaims: ['exp', 'aud'],
        clockTolerance: clockToleranceSeconds,
      });
      const isOurs =
        [payload.aud].flat().includes(audience) &&
        payload['email'] === serviceAccount &&
        payload['email_verified'] === true;
      return isOurs ? undefined : new ForeignTokenError('the token is for somebody else');
    } catch (error) {
      return error instanceof CertificatesUnavailableError
        ? error
        : new UnauthenticatedError('the token is not valid', { cause: error });
    }
  };
}

/** Google's keys, read when one is needed and kept; while they cannot be read again, those that are here go on. */
function patientKeys({ certsUrl, keepKeysMs = 3_600_000 }: GooglePushOptions): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(certsUrl), { timeoutDuration: 3_000, cacheMaxAge: keepKeysMs });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      const isAnswer =
        cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys;
      if (isAnswer) throw cause;
      const kept = keys.jwks();
      if (kept) return createLocalJWKSet(kept)(header, token);
      throw new CertificatesUnavailableError('the certificates cannot be read', { cause });
    }
  };
}
