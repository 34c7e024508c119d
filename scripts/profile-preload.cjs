// Loaded into every Node process of a profiled test run (see profile-tests.mjs): notes which processes are started and how
// long tests sleep by `node:timers/promises`. The environment, which processes inherit, names the test file in whose name that happens.
const childProcess = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { basename } = require('node:path');
const timers = require('node:timers/promises');

const NODE = basename(process.execPath);

function note(what) {
  const file = process.env.UNCLIP_PROFILE_FILE ?? '';
  appendFileSync(process.env.UNCLIP_PROFILE, `${JSON.stringify({ file, ...what })}\n`);
}

for (const name of ['spawn', 'spawnSync', 'fork', 'execFile', 'execFileSync']) {
  const original = childProcess[name];
  const counted = function (command, args, ...rest) {
    const program = name === 'fork' ? NODE : basename(String(command));
    const words = Array.isArray(args) ? args.join(' ') : '';
    note({ kind: /vite\.js|tsc/.test(words) ? 'build' : /chrom/.test(program) ? 'browser' : 'process' });
    return original.call(this, command, args, ...rest);
  };
  Object.defineProperties(counted, Object.getOwnPropertyDescriptors(original));
  childProcess[name] = counted;
}

if (process.env.VITEST_POOL_ID !== undefined) {
  const { setTimeout: sleep } = timers;
  timers.setTimeout = (ms, ...rest) => {
    note({ kind: 'sleep', ms: Number(ms) || 0 });
    return sleep(ms, ...rest);
  };
}
syncBuiltinESMExports();
