import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unclip } from '../support/unclip.js';
import type { Corpus } from './corpus.js';
import { mutateBytes, mutatePng } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText } from './mutate-text.js';
import { mustHold, type Parser } from './parser.js';
import type { Random } from './random.js';

const COMMANDS: readonly (readonly string[])[] = [
  ['check', 'FILE'],
  ['import', 'FILE'],
  ['export', 'FILE'],
  ['gen', 'FILE'],
  ['verify', 'FILE'],
  ['explain', 'FILE'],
  ['diff', 'FILE', 'FILE'],
  ['run', 'FILE', '--check'],
  ['models', 'inspect', 'FILE'],
];

// All except tabs and line ends, including those of the upper half and bidirectional marks.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** The command line with an untrusted file: it always ends with a message and a code that says what to do. */
export const COMMAND_PARSER: Parser = {
  name: 'command',
  draw(random: Random, { workflows, comfy, pngs, webps }: Corpus) {
    const kind = random.below(4);
    if (kind === 0) return mutatePng(random, random.pick(pngs), [JSON.stringify(random.pick(workflows))]);
    if (kind === 1) return mutateBytes(random, random.pick(webps));
    return mutateJsonText(random, mutateJson(random, random.pick(kind === 2 ? workflows : comfy), workflows));
  },
  async read(input, random) {
    const cwd = mkdtempSync(join(tmpdir(), 'unclip-fuzz-'));
    try {
      const file = `a.${random.pick(['json', 'png', 'webp', 'safetensors'])}`;
      writeFileSync(join(cwd, file), input);
      const args = random.pick(COMMANDS).map((word) => (word === 'FILE' ? file : word));
      const { code, stdout, stderr } = await unclip(args, { cwd, env: { TMPDIR: cwd } });
      mustHold(
        code !== 70 && code !== null,
        `${args.join(' ')} ends with 0, 1 or 2, got ${code}: ${stderr.slice(0, 300)}`,
      );
      mustHold(!/^ +at /m.test(stderr), `${args.join(' ')} prints no stack trace: ${stderr.slice(0, 300)}`);
      mustHold(!CONTROL.test(stdout + stderr), `${args.join(' ')} prints no control characters`);
      mustHold(stderr.length < 2_000_000, `${args.join(' ')} prints less than 2 MB of words`);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  },
};
