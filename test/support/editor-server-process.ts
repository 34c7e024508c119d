import { fileURLToPath } from 'node:url';
import { createLogger, DEFAULT_LIMITS, startServer } from '@unclip-studio/server';

/**
 * The server as `unclip serve` starts it, in a process that tests may kill, with an editor that they have built and
 * with the nodes that only tests use; with a queue, its key is in UNCLIP_QUEUE_KEY. Prints the address to open.
 */
const [dataFolder, editorFolder, port, queueUrl] = process.argv.slice(2);
if (dataFolder === undefined || editorFolder === undefined) {
  throw new Error('usage: editor-server-process DATA_FOLDER EDITOR_FOLDER [PORT [REDIS_URL]]');
}
const server = await startServer(
  {
    host: '127.0.0.1',
    port: Number(port ?? 0),
    dataFolder,
    editorFolder,
    modelFolders: [fileURLToPath(new URL('../../models', import.meta.url))],
    exampleImagesFolder: fileURLToPath(new URL('../../workflows/images', import.meta.url)),
    templatesFolder: fileURLToPath(new URL('../../workflows', import.meta.url)),
    allowedHosts: [],
    allowedOrigins: [],
    cacheBytes: 2 ** 28,
    devNodes: true,
    ...(queueUrl === undefined
      ? {}
      : { queue: { url: queueUrl, name: 'unclip', key: process.env['UNCLIP_QUEUE_KEY'] ?? '' } }),
    limits: DEFAULT_LIMITS,
  },
  (secrets) => createLogger({ level: 'warn', format: 'json', secrets }),
);
console.log(server.signInUrl);
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
