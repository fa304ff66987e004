import type { Me } from '@finito/api';
import { useMutation } from '@tanstack/react-query';
import { api } from '../shared/api.ts';

export function Account({ me }: { me: Me }) {
  const signOut = useMutation({
    mutationFn: () => api.signOut(),
    // Loaded anew, so that nobody's mail stays in the memory of a browser that somebody else may use next.
    onSuccess: () => location.assign('/'),
  });
  return (
    <div className="account">
      <span className="account-address" title={me.name || undefined}>
        {me.emailAddress}
      </span>
      <button type="button" className="button" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        {signOut.isError ? 'Try again to sign out' : 'Sign out'}
      </button>
    </div>
  );
}
