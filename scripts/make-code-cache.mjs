import { writeFileSync } from 'node:fs';
import { cachePath, openScript, runScript } from './cached-script.mjs';

// Forked by bundle.mjs: runs a process of the server until it says that it is ready, and stores what V8 compiled for that.
const [, , path, ...args] = process.argv;
process.argv.splice(2, process.argv.length, ...args);
const script = openScript(path);
process.send = () => {
  writeFileSync(cachePath(path), script.createCachedData());
  process.exit(0);
};
runScript(script, path);
