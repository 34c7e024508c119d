import { setTimeout as wait } from 'node:timers/promises';
import { blobsFolderOf, createSupervisor } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

test('a supervisor that was not started has no process, and reports nothing', async () => {
  const { supervisor, told } = supervisorIn(tempFolder());

  expect(supervisor.status()).toEqual({ phase: 'starting', restarts: 0 });
  await supervisor.close();

  expect(told).toEqual(['closed']);
});

// The word to leave reaches the process before it listens; how long it then takes to start differs.
test.each([0, 100, 200, 300])('a worker that is ended %d ms after its start leaves without a word', async (afterMs) => {
  const { supervisor, words } = supervisorIn(tempFolder());
  supervisor.start();
  await wait(afterMs);

  await supervisor.close();

  expect(words.join('')).toBe('');
});

function supervisorIn(folder: string) {
  const told: string[] = [];
  const words: string[] = [];
  const supervisor = createSupervisor({
    config: {
      ...{ blobsFolder: blobsFolderOf(folder), modelFolders: [], imageFolders: [] },
      ...{ cacheBytes: 1e6, devNodes: true },
    },
    onMessage: ({ type }) => told.push(type),
    onLost: ({ detail }) => told.push(detail),
    onStatus: ({ phase }) => told.push(phase),
    onWords: (text) => words.push(text),
  });
  return { supervisor, told, words };
}
