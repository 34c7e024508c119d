import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatWorkflow, type RunEvent, type Workflow } from '@unclip-studio/graph-core';
import { expect, onTestFinished, test } from 'vitest';
import { inLongSuite } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { UNCLIP, unclipProcess } from '../../support/unclip.js';

// What only a real process shows: exit codes, pipes, signals, and that each command starts as built.

const IMAGE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));
const VARIATIONS = fileURLToPath(new URL('../../../workflows/image-variations.json', import.meta.url));
const COPY: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' } },
  },
};

test('every command starts as built, reads standard input, and ends with its exit code', async () => {
  const folder = folderWithCopy();
  const png = join('output', 'copy-0001.png');
  const commands: readonly (readonly [args: readonly string[], code: number])[] = [
    [['verify', png], 0],
    [['explain', png, png], 0],
    [['diff', 'copy.json', png], 0],
    [['check', '-'], 0],
    [['gen', '-'], 0],
    [['export', '-'], 0],
    [['import', '-'], 2],
    [['nodes', '--json'], 0],
    [['models', 'list'], 0],
    [['models', 'inspect', 'emoji-unclip'], 0],
    [['models', 'pull', '../tiny'], 2],
    [['serve', '--history', 'short', '--data-dir', folder], 2],
    [['worker'], 2],
  ];
  const made = await unclipProcess(['run', '-', '--device', 'cpu'], { cwd: folder, input: formatWorkflow(COPY) });

  const found = await Promise.all(
    commands.map(([args]) => unclipProcess(args, { cwd: folder, input: formatWorkflow(COPY) })),
  );

  expect([made.code, made.stdout]).toEqual([0, `${png}\n`]);
  expect(found.map(({ code }, i) => [commands[i]?.[0][0], code])).toEqual(
    commands.map(([[name], code]) => [name, code]),
  );
  for (const { code, stdout, stderr } of found) expect(code === 0 ? stdout : stderr).toMatch(/\S/);
}, 60_000);

test('a reader that has had enough, such as head, ends no command with an error', async () => {
  const child = spawn(process.execPath, [UNCLIP, 'nodes', '--json']);
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.destroy();

  const code = await new Promise((resolve) => child.once('close', resolve));

  expect([code, stderr]).toEqual([0, '']);
});

test.each(['SIGINT', ...inLongSuite(['SIGTERM'] as const)] as const)(
  '%s stops a run at the next step, with exit code 130 and no file',
  async (signal) => {
    const folder = tempFolder();
    let isSent = false;

    // Far more steps than a test could wait for. Npm passes Ctrl-C on, so that it arrives twice.
    const args = ['run', VARIATIONS, '--json', '--device', 'cpu', '--set', 'sample.steps=900'];
    const { code, stdout, stderr } = await unclipProcess(args, {
      cwd: folder,
      onLine: (line, kill) => {
        if (isSent || !line.includes('"node-progress"')) return;
        isSent = true;
        kill(signal);
        kill(signal);
      },
    });

    expect(code).toBe(130);
    expect(stderr).toMatch(/^Cancelling: the run stops at the next step\./);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as RunEvent;
    expect(last).toMatchObject({ type: 'run-finished', outcome: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  },
);

// Loaded before the program; throws once the program listens, where no caller could catch it.
const CANARY = `const timer = setInterval(() => {
  if (process.listenerCount('uncaughtException') === 0) return;
  clearInterval(timer);
  throw new Error('canary in a timer');
}, 5)`;

test('an error that is thrown where nothing catches it ends the process with code 70, one line and a file', async () => {
  const folder = tempFolder();
  const preload = `--import data:text/javascript,${encodeURIComponent(CANARY)}`;

  const args = ['run', VARIATIONS, '--device', 'cpu', '--set', 'sample.steps=900'];
  const { code, stderr } = await unclipProcess(args, { cwd: folder, env: { NODE_OPTIONS: preload, TMPDIR: folder } });

  const [, file = ''] = /^Unexpected error: canary in a timer\. .* in (.*)$/m.exec(stderr) ?? [];
  expect([code, /^ +at /m.test(stderr)]).toEqual([70, false]);
  expect(readFileSync(file, 'utf8')).toContain('Error: canary in a timer\n    at ');
});

function folderWithCopy(): string {
  const folder = tempFolder();
  copyFileSync(IMAGE, join(folder, 'cat.png'));
  writeFileSync(join(folder, 'copy.json'), formatWorkflow(COPY));
  return folder;
}
