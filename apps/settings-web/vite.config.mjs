import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npx vite` serves the page while it is worked on, with a settings-api at its usual port behind it. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@perezvon/source', 'module', 'browser', 'development|production'] },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', sourcemap: false },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
