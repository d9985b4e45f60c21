import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The host serves dist/ at `/`; in development the page is served here and calls go to the host.
const host = process.env.BUSKER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2022', chunkSizeWarningLimit: 800 },
  server: { proxy: { '^/(busker\\.|metrics|readyz|healthz|openapi)': host } },
});
