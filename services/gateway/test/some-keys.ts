import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { pushAccount } from './a-gateway.ts';

/** Keys of our own, published where a gateway looks for Google's; and a way to sign as anybody. */
export async function someKeys() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  let isAway = false;
  const server = createServer((_request, response) => {
    response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const usual = {
    iss: 'https://accounts.google.com',
    aud: pushAccount.audience,
    email: pushAccount.serviceAccount,
    email_verified: true,
    exp: Math.floor(Date.now() / 1_000) + 3_600,
  };
  return {
    certsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goAway: (away: boolean) => (isAway = away),
    bearer: async (claims: JWTPayload = {}) =>
      `Bearer ${await new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
