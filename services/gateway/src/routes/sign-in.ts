// Signing in is connecting a mailbox: one consent at Google gives both. Whoever is signed in already adds a mailbox.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SignInFault } from '@finito/api';
import { MailboxTakenError } from '@finito/db';
import type { Db } from '@finito/db';
import { createPkce, OAuthUnavailableError } from '@finito/gmail';
import type { GoogleOAuth, TokenSet } from '@finito/gmail';
import { syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { Log } from '@finito/service-kit';
import { z } from 'zod';
import type { GatewayRequest, Handlers } from '../handler.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Sessions } from '../sessions.ts';

export interface SignInNeeds {
  db: Pick<Db, 'users' | 'mailboxes'>;
  jobs: Pick<Producer, 'enqueue'>;
  oauth: GoogleOAuth;
  sessions: Sessions;
  metrics: GatewayMetrics;
  publicUrl: string;
}

const gmailScope = 'https://www.googleapis.com/auth/gmail.modify';
const scopes = ['openid', 'email', 'profile', gmailScope];

/** Google sends one of the two; what else it sends is not needed. */
const answer = z.union([
  z.object({ state: z.string().max(200), code: z.string().min(1).max(2_000) }),
  z.object({ state: z.string().max(200).optional(), error: z.string().max(200) }),
]);

/** The sign-in ended without one; the page says why. */
class SignInRefused extends Error {
  readonly fault: SignInFault;

  constructor(fault: SignInFault) {
    super(fault);
    this.fault = fault;
  }
}

export function signInRoutes(needs: SignInNeeds): Pick<Handlers, 'startSignIn' | 'finishSignIn'> {
  const { oauth, sessions, metrics, publicUrl } = needs;
  const redirectUri = new URL('/api/auth/google/callback', publicUrl).href;
  const home = new URL('/', publicUrl).href;

  return {
    async startSignIn({ request, response }) {
      // Cookies belong to a host: one that begins under another name of this machine would not find its own again.
      if (request.get('host') !== new URL(publicUrl).host && !('moved' in (request.query as object))) {
        response.redirect(302, new URL('/api/auth/google?moved=1', publicUrl).href);
        return undefined;
      }
      const { codeVerifier, codeChallenge } = await createPkce();
      const state = randomBytes(24).toString('base64url');
      response.append('Set-Cookie', await sessions.startAttempt({ state, codeVerifier }));
      response.set('Cache-Control', 'no-store');
      response.redirect(302, oauth.authorizeUrl({ redirectUri, state, codeChallenge, scopes }));
      return undefined;
    },

    async finishSignIn({ request, response, principal, log }) {
      response.append('Set-Cookie', sessions.endAttempt());
      response.set('Cache-Control', 'no-store');
      try {
        const tokens = await exchange(request, { oauth, sessions, redirectUri });
        const { userId, outcome } = await connect(needs, principal?.userId, tokens);
        metrics.signedIn(outcome);
        response.append('Set-Cookie', await sessions.start(userId));
        response.redirect(302, home);
      } catch (error) {
        const fault = faultOf(error, log);
        metrics.signedIn('refused');
        response.redirect(302, `${home}?signin=${fault}`);
      }
      return undefined;
    },
  };
}

async function exchange(
  request: GatewayRequest,
  { oauth, sessions, redirectUri }: { oauth: GoogleOAuth; sessions: Sessions; redirectUri: string },
): Promise<TokenSet> {
  const attempt = await sessions.readAttempt(request.headers.cookie);
  const given = answer.safeParse(request.query);
  if (!given.success || !attempt || !isSame(given.data.state ?? '', attempt.state)) {
    throw new SignInRefused('expired');
  }
  if ('error' in given.data) throw new SignInRefused('denied');
  const { code } = given.data;
  const tokens = await oauth.exchangeCode({ code, codeVerifier: attempt.codeVerifier, redirectUri });
  // On Google's page single permissions can be left out.
  if (!tokens.scope.split(' ').includes(gmailScope)) throw new SignInRefused('scope');
  return tokens;
}

async function connect(
  { db, jobs, oauth }: SignInNeeds,
  signedInUserId: string | undefined,
  { accessToken, refreshToken, expiresAt, scope }: TokenSet,
): Promise<{ userId: string; outcome: 'user' | 'mailbox' }> {
  const { sub, email, name = '' } = await oauth.userinfo(accessToken);
  if (!email) throw new SignInRefused('scope');
  const account = { googleSubject: sub, emailAddress: email };
  const known = signedInUserId === undefined ? undefined : await db.users.find(signedInUserId);
  const user = known ?? (await db.users.signIn({ ...account, name }));
  const { mailboxId } = await db.mailboxes.connect(user.id, account, {
    refreshToken,
    accessToken,
    accessTokenExpiresAt: expiresAt.getTime(),
    scope,
  });
  // It is due in the database: without Redis the sweeper finds it.
  await jobs.enqueue(syncMailbox, { mailboxId }).catch(() => undefined);
  return { userId: user.id, outcome: known ? 'mailbox' : 'user' };
}

function faultOf(error: unknown, log: Log): SignInFault {
  if (error instanceof SignInRefused) return error.fault;
  if (error instanceof MailboxTakenError) return 'taken';
  log.warn({ err: error }, 'sign-in failed');
  return error instanceof OAuthUnavailableError ? 'unavailable' : 'failed';
}

function isSame(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
