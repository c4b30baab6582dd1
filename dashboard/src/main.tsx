import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@/styles/tokens.css';
import '@/styles/base.css';
import { App } from '@/app/App';
import { watchInstall } from '@/app/install';
import { watchConnection } from '@/offline/connection';
import { confirmSession } from '@/session/session';
import { watchBack } from '@/ui/back';

watchBack();
watchInstall();
watchConnection(confirmSession);
void confirmSession();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
