import { fork } from 'node:child_process';
import { processFile } from '../../common/process-file.js';
import type { DeviceName, GpuChoice } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// Compiling its shaders takes a slow device a minute; a driver that hangs is not waited for.
const PATIENCE_MS = 180_000;
const KEPT_WORDS = 2000;
// For what native libraries print, which comes by another way than the verdict.
const LAST_WORDS_MS = 1000;

/** Tests a device in a separate process; one that crashes it, or does not answer, is not usable. */
export function probeDevice(
  name: DeviceName,
  env: Readonly<NodeJS.ProcessEnv>,
  gpu?: GpuChoice,
): Promise<DeviceVerdict> {
  return new Promise((resolve) => {
    const deviceId = gpu?.deviceId === undefined ? [] : [String(gpu.deviceId)];
    const child = fork(processFile('probe-main'), [name, ...deviceId], {
      execArgv: [],
      env: { ...env, ...gpu?.env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let verdict: DeviceVerdict | undefined;
    let lastWords = '';
    const finish = (otherwise: string) => {
      clearTimeout(timer);
      const found = verdict ?? { usable: false, reason: otherwise };
      const nativeWords = lastWords.trim();
      resolve(found.usable || nativeWords === '' ? found : { ...found, nativeWords });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish(`it did not answer within ${PATIENCE_MS / 1000} s`);
    }, PATIENCE_MS);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-KEPT_WORDS);
    });
    child.on('message', (message: DeviceVerdict) => {
      verdict = message;
      setTimeout(() => finish(''), LAST_WORDS_MS).unref();
    });
    child.on('error', ({ message }) => finish(message));
    child.on('close', (code, signal) => {
      const end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      finish(`the process that tried it ${end} ${lastWords.trim().slice(-400)}`.trim());
    });
  });
}
