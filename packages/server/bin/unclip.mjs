#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { pathToFileURL } from 'node:url';

// Node 22 keeps compiled code for the next start; Node 20 has no such cache.
module.enableCompileCache?.();

const plain = new URL('../dist/cli.js', import.meta.url);
if (existsSync(plain)) {
  const { processFile } = await import('../dist/common/process-file.js');
  const { main } = await import(pathToFileURL(processFile('cli')).href);
  const code = await main(process.argv.slice(2));
  process.exitCode = code;
  // After an unexpected error something may still be open, which would keep the process.
  if (code === 70) process.exit();
} else {
  console.error('unclip is not built yet. Run `npm run setup` in the folder of unclip-studio, then try again.');
  process.exitCode = 1;
}
