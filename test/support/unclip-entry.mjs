// What bin/unclip.mjs does, but by the package's name, so that the sources are run.
import { main } from '@unclip-studio/server/cli';

process.exitCode = await main(process.argv.slice(2));
