import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Signs as accounts.google.com, with a key of this run that `certificates` publishes. */
export async function createSigner() {
  const keys = await generateKeyPair('RS256');
  const jwk = await exportJWK(keys.publicKey);
  // Another key has another name: whoever has cached the keys of a run before sees that he must look again.
  const kid = await calculateJwkThumbprint(jwk);
  return {
    certificates: { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] },
    sign: (claims: Record<string, unknown>, audience: string): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer('https://accounts.google.com')
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(keys.privateKey),
  };
}
