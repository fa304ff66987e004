import './zod-without-eval.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './page/app.tsx';
import { clickTrace, createQueryClient } from './shared/api.ts';
import './styles/base.css';
import './styles/page.css';
import './styles/mailboxes.css';
import './styles/messages.css';

// Readers of mail do not load what operators look at.
const AdminPage = lazy(async () => ({ default: (await import('./admin/admin-page.tsx')).AdminPage }));

clickTrace.follow(window);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <Suspense>{location.pathname === '/admin' ? <AdminPage /> : <App />}</Suspense>
    </QueryClientProvider>
  </StrictMode>,
);
