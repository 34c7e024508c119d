import { expect, test } from 'vitest';
import { waitUntil } from '../../support/run-service-rig.js';
import { startUnclip } from '../../support/start-unclip.js';
import { tempFolder } from '../../support/temp-folder.js';

// Loaded into the server's process before the program, and into no child of it.
const CANARY = 'if (process.argv.includes("serve")) setTimeout(() => Promise.reject(new Error("canary")), 1500)';

test('an unhandled rejection is reported to the operator, and the server continues', async () => {
  const preload = `--import data:text/javascript,${encodeURIComponent(CANARY)}`;
  const server = startUnclip(['serve', '--device', 'cpu', '--port', '0', '--data-dir', tempFolder()], {
    NODE_OPTIONS: preload,
  });
  const address = new URL(await server.address());

  await waitUntil(() => server.stderr.includes('canary'), 20_000);

  expect(server.stderr).toMatch(
    /^Internal error; the program continues: canary\. Please report it; the details are in .*details\.txt$/m,
  );
  expect((await fetch(new URL('/api/health', address))).status).toBe(200);
  expect(await server.end()).toBe(0);
});
