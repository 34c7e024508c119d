#!/usr/bin/env node
// Behind `npm start`, `npm test` and the other scripts of package.json. Plain Node without a dependency, because it is
// what installs the dependencies.

const [major, minor] = process.versions.node.split('.').map(Number);
const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
if (isSupported) {
  // Loaded only now, so that an old Node gets the sentence below and not a syntax error.
  const { runTask } = await import('./tasks.mjs');
  process.exitCode = await runTask(process.argv[2], process.argv.slice(3));
} else {
  console.error(
    `unclip-studio needs Node.js 20.19 or newer (of Node 22: 22.12), and this is ${process.version}. ` +
      'Install a newer one, such as the LTS release, and run the command again.',
  );
  process.exitCode = 1;
}
