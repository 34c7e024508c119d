import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blobsFolderOf } from '@unclip-studio/server';
import type { QueueTimes } from '@unclip-studio/server/queue';
import { startTestWorker, TEST_TIMES } from './queue-rig.js';

/** A worker as a process that tests may kill, freeze and cut off; prints its id. */

const [, , url = '', folder = '', times = '{}'] = process.argv;
mkdirSync(blobsFolderOf(folder), { recursive: true });
const worker = startTestWorker(
  { url },
  {
    config: {
      blobsFolder: blobsFolderOf(folder),
      modelFolders: [],
      imageFolders: [fileURLToPath(new URL('../../workflows/images', import.meta.url))],
      cacheBytes: 100e6,
      devNodes: true,
      results: { folder: join(folder, 'results'), maxBytes: 1e9, minFreeBytes: 0 },
    },
  },
  {
    resultsId: 'shared',
    // Written by the test that started this.
    times: { ...TEST_TIMES, ...(JSON.parse(times) as Partial<QueueTimes>) },
  },
);
process.on('SIGTERM', () => void worker.close().then(() => process.exit(0)));
console.log(worker.id);
