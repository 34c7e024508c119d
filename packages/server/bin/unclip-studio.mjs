#!/usr/bin/env node
// What `npx unclip-studio` runs: without arguments it starts the editor, with some it is `unclip`.
if (process.argv.length === 2) process.argv.push('serve');
await import('./unclip.mjs');
