import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompressed } from './precompressed.mjs';

/** `npx vite` serves the page while it is worked on, with a settings-api at its usual port behind it. */
export default defineConfig({
  plugins: [react(), precompressed()],
  resolve: { conditions: ['@perezvon/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // For the spec that holds the first load to its budget.
    manifest: true,
    // Every browser that knows ES2022 preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What most rooms share goes into one file: forty small ones compress worse, by 10 kB of the first load.
        codeSplitting: { groups: [{ name: 'components', test: /node_modules.@(mantine|tabler)/, minShareCount: 4 }] },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
