import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageData } from './build/page-data.ts';

export default defineConfig({
  plugins: [react(), pageData()],
  // Packages of the workspace are taken from their sources, so that no build can be stale.
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    target: 'es2022',
    assetsInlineLimit: 2048,
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // What the first view needs comes as one file; without this, every part that something lazy shares is one more.
        codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] },
      },
    },
  },
  worker: { format: 'es' },
  server: { port: 5173, proxy: { '/api': { target: 'http://127.0.0.1:8189', ws: true } } },
});
