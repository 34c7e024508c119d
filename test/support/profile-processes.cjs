// Loaded into every Node process of a profiled test run (tools/profile-tests.mjs): notes which processes are started and
// how long tests sleep. The test file in whose name something happens is in the environment, which processes inherit.
const childProcess = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { basename } = require('node:path');
const timers = require('node:timers/promises');

const out = process.env.UNCLIP_PROFILE;
if (out !== undefined) {
  const note = (what) => {
    const file = process.env.UNCLIP_PROFILE_FILE ?? '';
    appendFileSync(out, `${JSON.stringify({ file, ...what })}\n`);
  };
  const isWorker = process.env.VITEST_WORKER_ID !== undefined || process.env.VITEST_POOL_ID !== undefined;
  for (const name of ['spawn', 'spawnSync', 'fork', 'execFile', 'execFileSync', 'exec', 'execSync']) {
    const original = childProcess[name];
    const wrapped = function (command, args, ...rest) {
      const words = [command, ...(Array.isArray(args) ? args : [])].map(String);
      note({ kind: 'process', command: basename(words[0]), words: words.slice(1, 6).map((word) => word.slice(-60)) });
      return original.call(this, command, args, ...rest);
    };
    childProcess[name] = Object.assign(wrapped, original);
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  }
  const { setTimeout: sleep } = timers;
  if (isWorker) {
    timers.setTimeout = (ms, ...rest) => {
      note({ kind: 'sleep', ms: Number(ms) || 0 });
      return sleep(ms, ...rest);
    };
    const { setTimeout: later } = globalThis;
    // `new Promise((resolve) => setTimeout(resolve, ms))`, the other way to sleep.
    globalThis.setTimeout = Object.assign((callback, ms, ...rest) => {
      if (/^(function )?\(?\)? ?\{ \[native code\]/.test(String(callback))) note({ kind: 'sleep', ms: Number(ms) || 0 });
      return later(callback, ms, ...rest);
    }, later);
  }
  syncBuiltinESMExports();
}
