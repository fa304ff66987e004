import type { Db } from '@finito/db';
import { sha256 } from '../authenticate.ts';
import type { BearerTokens } from '../bearer-tokens.ts';
import { NotFoundError, UnauthenticatedError } from '../errors.ts';
import type { Handlers } from '../handler.ts';
import type { Sessions } from '../sessions.ts';

export interface AccountNeeds {
  db: Pick<Db, 'users' | 'apiTokens'>;
  sessions: Sessions;
  tokens: BearerTokens;
  sampleMailbox: boolean;
}

type AccountRoutes = 'getSignInOptions' | 'getMe' | 'signOut' | 'createToken' | 'listTokens' | 'revokeToken';

export function accountRoutes({
  db,
  sessions,
  tokens,
  sampleMailbox,
}: AccountNeeds): Pick<Handlers, AccountRoutes> {
  return {
    getSignInOptions: () => Promise.resolve({ sampleMailbox }),
    async getMe({ principal }) {
      const user = await db.users.find(principal.userId);
      // The cookie outlived its user.
      if (!user) throw new UnauthenticatedError('no such user');
      return { ...user, via: principal.via };
    },
    async signOut({ response }) {
      response.append('Set-Cookie', sessions.end());
      response.set('Clear-Site-Data', '"cache"');
      return undefined;
    },
    async createToken({ principal, body: { name, expiresInDays } }) {
      const token = tokens.create();
      const expiresAt = expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * dayMs);
      const created = await db.apiTokens.create(principal.userId, { sha256: sha256(token), name, expiresAt });
      return { ...tokenOf(created), token };
    },
    async listTokens({ principal }) {
      const listed = await db.apiTokens.list(principal.userId);
      return { items: listed.map(tokenOf), nextCursor: null };
    },
    async revokeToken({ principal, params }) {
      if (!(await db.apiTokens.revoke(principal.userId, params.id))) throw new NotFoundError('no such token');
      return undefined;
    },
  };
}

const dayMs = 86_400_000;

function tokenOf(row: { id: string; name: string; createdAt: Date; expiresAt: Date | null }) {
  const { id, name, createdAt, expiresAt } = row;
  return { id, name, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}
