import { fork } from 'node:child_process';
import { processFile } from '../../common/process-file.js';
import type { DeviceName } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// Compiling its shaders takes a slow device some seconds; a driver that hangs is not waited for.
const PATIENCE_MS = 180_000;
const KEPT_WORDS = 400;

/** Tests a device in a process of its own; one that ends it, or does not answer, is not usable. */
export function probeDevice(name: DeviceName, env: Readonly<NodeJS.ProcessEnv>): Promise<DeviceVerdict> {
  return new Promise((resolve) => {
    const child = fork(processFile('probe-main'), [name], {
      execArgv: [],
      env,
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
