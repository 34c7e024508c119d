import { afterAll, onTestFinished } from 'vitest';
import { fileFolder } from './temp-folder.js';
import { startTestServer, type TestServer } from './test-server.js';

/** What clients leave in addition to runs. */
const TABLES = ['image_paths', 'images', 'user_files'];

/**
 * One server for the tests of a file, since a start takes half a second of processor time with that of its worker. To be
 * called at the top of the file. When a test is over, its runs are cancelled, and its uploads and files forgotten; runs stay
 * listed, and results cached, so tests of lists of runs, their numbers and what is computed again need a server of their own.
 *
 * @returns the server, for the running test; started by the first that asks
 */
export function sharedTestServer(config: Parameters<typeof startTestServer>[2] = {}): () => Promise<TestServer> {
  let started: Promise<TestServer> | undefined;
  const folder = fileFolder();
  afterAll(async () => void (await (await started)?.close()));
  return async () => {
    started ??= startTestServer(folder, {}, config);
    const server = await started;
    onTestFinished(() => {
      server.runs.cancelAll();
      for (const table of TABLES) server.store.database.run(`DELETE FROM ${table}`);
    });
    return server;
  };
}
