import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageData } from './build/page-data.ts';
import { withoutPresets } from './build/without-presets.ts';

export default defineConfig({
  // Relative, so that the page works below any path that a proxy puts it at.
  base: './',
  plugins: [react(), pageData(), withoutPresets()],
  // Packages of the workspace are taken from their sources, so that no build can be stale.
  resolve: {
    conditions: ['source', 'module', 'browser', 'development|production'],
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    assetsInlineLimit: 2048,
    // In kB, for the one file that the first view needs. It usually comes from the user's own machine, where more and
    // smaller files would gain nothing; the limit detects when a large library is added.
    chunkSizeWarningLimit: 850,
    rolldownOptions: {
      // Which callbacks took long depends on what else the machine does, and says nothing to users.
      checks: { pluginTimings: false },
      output: {
        // What the first view needs comes as one file; without this, every part that something lazy shares is one more.
        codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] },
      },
    },
  },
  worker: { format: 'es' },
  server: { port: 5173, proxy: { '/api': { target: 'http://127.0.0.1:8189', ws: true } } },
});
