import type { Me } from '@finito/api';
import { useQuery } from '@tanstack/react-query';
import { api, isSignedOut } from '../shared/api.ts';
import { Brand } from './brand.tsx';
import { MailPage } from './mail-page.tsx';
import { SignInPage } from './sign-in-page.tsx';

export function App() {
  const me = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => whoIsThere(signal),
    refetchInterval: comeBack,
  });
  if (me.data === undefined) return <Waiting isLong={me.failureCount > 0} />;
  return me.data === null ? <SignInPage /> : <MailPage me={me.data} />;
}

async function whoIsThere(signal: AbortSignal): Promise<Me | null> {
  try {
    return await api.getMe({}, signal);
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** Somebody who sees that the server is away should not have to reload. */
function comeBack({ state }: { state: { status: string } }): number | false {
  return state.status === 'error' && 5_000;
}

function Waiting({ isLong }: { isLong: boolean }) {
  return (
    <main className="sign-in" aria-busy="true">
      <div className="waiting" role="status">
        <Brand />
        {isLong && <p>The server does not answer. We keep trying.</p>}
      </div>
    </main>
  );
}
