import { type ChildProcess, fork } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import type { FromRunServer, ToRunServer } from '../../support/run-server.js';
import { devWorkflow, isAlive, waitUntil } from '../../support/run-service-rig.js';
import { supportProcess } from '../../support/support-process.js';
import { tempFolder } from '../../support/temp-folder.js';

const SERVER_FILE = supportProcess('run-server');

/** A server process with its worker ready. */
async function startServer(): Promise<{ readonly server: ChildProcess; readonly workerPid: number }> {
  const server = fork(SERVER_FILE, [tempFolder()], { execArgv: [] });
  onTestFinished(() => void server.kill('SIGKILL'));
  const workerPid = await new Promise<number>((resolve) => {
    server.on('message', (message: FromRunServer) => {
      if (message.type === 'worker') resolve(message.pid);
    });
  });
  return { server, workerPid };
}

async function killServer(server: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGKILL');
  await gone;
}

test('an idle worker leaves when its server is killed', async () => {
  const { server, workerPid } = await startServer();

  await killServer(server);

  await waitUntil(async () => !(await isAlive(workerPid)), 2_000);
});

test('a worker whose thread is busy also exits when its server is killed', async () => {
  const { server, workerPid } = await startServer();
  const busy = devWorkflow('DevCrash', { kind: 'busy', ms: 60_000 });
  server.send({ type: 'enqueue', key: 'busy', workflow: busy } satisfies ToRunServer);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await isAlive(workerPid)).toBe(true);

  await killServer(server);

  await waitUntil(async () => !(await isAlive(workerPid)), 5_000);
});
