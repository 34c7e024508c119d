import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './redis-server.js';
import { createRestartable, type Restartable } from './restartable.js';

/** S3-compatible storage of a test's own, in a process that the test may kill, freeze and start again. */
export interface TestS3 extends Restartable {
  /** What programs that use it are to find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly bucket: string;
}

export interface S3Program {
  readonly name: string;
  /** Why tests that need it are left out. */
  readonly missing?: string;
  command(folder: string, port: number): readonly string[];
}

const BUCKET = 'pictures';
const S3RVER = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin', 's3rver.js');

const FLUSH = fileURLToPath(new URL('../../test/support/s3rver-flush.cjs', import.meta.url));

/** Keeps its objects in files, and refuses wrong keys. */
export const S3RVER_PROGRAM: S3Program = {
  name: 's3rver',
  command: (folder, port) => [
    ...[
      process.execPath,
      '--require',
      FLUSH,
      S3RVER,
      '--directory',
      folder,
      '--address',
      '127.0.0.1',
      '--port',
      String(port),
    ],
    ...['--silent', '--configure-bucket', BUCKET],
  ],
};

const hasMoto = spawnSync('python3', ['-c', 'import moto.server, flask']).status === 0;

/** Knows more of the protocol, in Python. */
export const MOTO_PROGRAM: S3Program = {
  name: 'moto',
  ...(hasMoto ? {} : { missing: 'moto is not installed for python3: pip install "moto[server]"' }),
  command: (_, port) => ['python3', '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
};

export async function startTestS3(folder: string, program: S3Program = S3RVER_PROGRAM): Promise<TestS3> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = createRestartable({
    name: program.name,
    command: program.command(folder, port),
    isUp: () => isUp(url),
    patienceMs: 20_000,
    pauseMs: 50,
  });

  async function start(): Promise<void> {
    await server.start();
    await fetch(`${url}/${BUCKET}`, { method: 'PUT' }).catch(() => {});
  }

  await start();
  return {
    ...server,
    start,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    bucket: BUCKET,
  };
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
}
