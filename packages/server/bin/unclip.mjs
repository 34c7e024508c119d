#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { pathToFileURL } from 'node:url';

// Node 22 keeps compiled code for the next start; Node 20 has no such cache.
module.enableCompileCache?.();

const plain = new URL('../dist/cli.js', import.meta.url);
if (existsSync(plain)) {
  const main = await load();
  if (main !== undefined) {
    const code = await main(process.argv.slice(2));
    process.exitCode = code;
    // After an unexpected error something may still be open, which would keep the process.
    if (code === 70) process.exit();
  }
} else {
  console.error('unclip is not built yet. Run `npm run setup` in the folder of unclip-studio, then try again.');
  process.exitCode = 1;
}

/** The program; `undefined`, after printing a message, if its own files cannot be opened. */
async function load() {
  try {
    const { processFile } = await import('../dist/common/process-file.js');
    return (await import(pathToFileURL(processFile('cli')).href)).main;
  } catch (error) {
    if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
    console.error(`${error.path}: too many files are open. Raise the limit (ulimit -n) (${error.code}).`);
    process.exitCode = 2;
    return undefined;
  }
}
