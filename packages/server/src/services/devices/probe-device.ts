import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DeviceName } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// Compiling its shaders takes a slow device some seconds; a driver that hangs is not waited for.
const PATIENCE_MS = 90_000;
const KEPT_WORDS = 400;

/** Tests a device in a process of its own; one that ends it, or does not answer, is not usable. */
export function probeDevice(name: DeviceName): Promise<DeviceVerdict> {
  const { file, execArgv } = locateProbe();
  return new Promise((resolve) => {
    const child = fork(file, [name], {
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let lastWords = '';
    const timer = setTimeout(() => {
      resolve({ usable: false, reason: `it did not answer within ${PATIENCE_MS / 1000} s` });
      child.kill('SIGKILL');
    }, PATIENCE_MS);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-KEPT_WORDS);
    });
    child.on('message', (verdict: DeviceVerdict) => resolve(verdict));
    child.on('error', ({ message }) => resolve({ usable: false, reason: message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      // Comes after the verdict where there is one, and then says nothing.
      resolve({ usable: false, reason: `the process that tried it ${end} ${lastWords.trim()}`.trim() });
    });
  });
}

/** As source this file and the probe are TypeScript, and the packages they import are to be sources as well. */
function locateProbe(): { readonly file: string; readonly execArgv: string[] } {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(isSource ? './probe-main.ts' : './probe-main.js', import.meta.url));
  if (!isSource) return { file, execArgv: [] };
  // What runs this file runs the probe; in a test runner, which has ways of its own, a tool of the workspace does.
  if (process.execArgv.some((argument) => argument.includes('tsx'))) return { file, execArgv: process.execArgv };
  const tsx = createRequire(`${process.cwd()}/`).resolve('tsx');
  return { file, execArgv: ['--conditions=source', '--import', pathToFileURL(tsx).href] };
}
