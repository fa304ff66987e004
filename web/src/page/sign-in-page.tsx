import { routes } from '@finito/api';
import { useQuery } from '@tanstack/react-query';
import { api } from '../shared/api.ts';
import { signInFaultInWords } from '../words/sign-in-faults.ts';
import { Brand } from './brand.tsx';

export function SignInPage() {
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: ({ signal }) => api.getSignInOptions({}, signal),
  });
  const fault = signInFaultInWords(location.search);
  const isSample = options.data?.sampleMailbox === true;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>
          <Brand />
        </h1>
        <p className="sign-in-lead">Your mail, at hand.</p>
        {fault && (
          <p className="notice notice-warning" role="alert">
            {fault}
          </p>
        )}
        <a className="button button-primary" href={routes.startSignIn.path} aria-busy={options.isPending}>
          {isSample ? 'Connect the sample mailbox' : 'Sign in with Google'}
        </a>
        <p className="sign-in-note">
          {isSample
            ? 'No account is needed: these are made-up messages on this machine.'
            : 'Mail is kept on this server only. You can disconnect at any time, and everything is erased.'}
        </p>
      </div>
    </main>
  );
}
