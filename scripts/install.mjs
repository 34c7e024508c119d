import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './child.mjs';
import { showProgress } from './pnpm-progress.mjs';
import { ROOT } from './root.mjs';

const PNPM = 'pnpm@12.21.0';
const STAMP = join(ROOT, 'node_modules/.unclip-installed');

/** Installs the packages unless exactly these are installed already. @returns the exit code */
export async function installIfStale() {
  const fingerprint = packagesFingerprint();
  if (isInstalled(fingerprint)) return 0;
  console.error('Setting up unclip-studio. The first time takes a minute or two.');
  const install = ['install', '--frozen-lockfile', '--ignore-scripts', '--reporter=ndjson'];
  const code = await runCommand('npx', ['-y', PNPM, ...install], {
    // It must never wait for an answer.
    stdio: ['ignore', 'pipe', 'pipe'],
    onStart: showProgress,
    env: { ...process.env, CI: 'true' },
    // On Windows npx is a script, which only a shell can start.
    shell: process.platform === 'win32',
  }).catch((error) => {
    console.error(`npx could not be started (${error.message}). It comes with Node.js; is it on the PATH?`);
    return 1;
  });
  if (code === 0) {
    writeFileSync(STAMP, fingerprint);
  } else {
    console.error(
      '\nThe packages could not be installed; the reason stands above. If it is ENOTFOUND, EAI_AGAIN, ECONNREFUSED or ' +
        'ETIMEDOUT,\nthe package registry cannot be reached: check the network, and proxy and registry in `npm config list`. ' +
        'If it speaks\nof an outdated lockfile, a package.json was changed without it: run `npx -y ' +
        `${PNPM} install\`.\nThen run the command again.`,
    );
  }
  return code;
}

function isInstalled(fingerprint) {
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== fingerprint) return false;
  // A package's own node_modules can be deleted without the root's.
  return packageFiles().every((file) => {
    const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    return Object.keys(dependencies).length === 0 || existsSync(join(dirname(file), 'node_modules'));
  });
}

/** Changes with everything that decides what gets installed. */
function packagesFingerprint() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(ROOT, name)).concat(packageFiles())) {
    hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function packageFiles() {
  // Those of pnpm-workspace.yaml; tools with their own packages install them when they are used.
  const folders = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name));
  return [ROOT, ...folders].map((folder) => join(folder, 'package.json')).filter((file) => existsSync(file));
}
