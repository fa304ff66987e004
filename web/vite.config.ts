import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The gateway puts the nonce of each answer where this stands.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    // One script and one style sheet: nothing to load ahead, and no data: addresses that the policy would have to allow.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
