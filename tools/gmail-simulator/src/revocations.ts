import type { Journal } from './mailbox/journal.ts';
import type { Revocations } from './oauth.ts';
import { strictlyLater } from './strictly-later.ts';

export function createRevocations(journal: Journal): Revocations {
  const grants = new Set<string>();
  const accounts = new Map<string, number>();
  for (const entry of journal.entries) {
    if (entry.type === 'revoked') grants.add(entry.grant);
    if (entry.type === 'revoked-account') accounts.set(entry.email, entry.at);
  }
  return {
    isRevoked: ({ grant, email, grantedAt }) => grants.has(grant) || grantedAt <= (accounts.get(email) ?? 0),
    revokeGrant(grant) {
      grants.add(grant);
      journal.append({ type: 'revoked', grant });
    },
    revokeAccount(email) {
      const at = strictlyLater();
      accounts.set(email, at);
      journal.append({ type: 'revoked-account', email, at });
    },
  };
}
