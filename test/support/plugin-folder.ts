import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RgbImage, UnclipServices } from '@unclip-studio/nodes-unclip';
import type { Plugins } from '@unclip-studio/server';
import { tempFolder } from './temp-folder.js';

export interface PluginParts {
  readonly name?: string;
  /** The section of package.json. */
  readonly unclip?: unknown;
  /** Path -> text. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A folder for the plug-in; a new one when left out. */
  readonly folder?: string;
}

/** Writes a plug-in. @returns its folder */
export function pluginFolder({ name = 'mine', unclip = {}, files = {}, folder = tempFolder() }: PluginParts): string {
  const manifest = { name, version: '1.0.0', type: 'module', keywords: ['unclip-nodes'], unclip };
  const all = { 'package.json': JSON.stringify(manifest), ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/**
 * The entry of a plug-in with one node, `Do`, from images to images.
 *
 * @param evaluate the statements of its function, with `inputs`, `params`, `services` and `progress`
 * @param before statements of the module
 */
export function pluginCode(evaluate: string, { before = '', more = 'pure: true,' } = {}): string {
  const outputs = more.includes('sideEffects') ? '{}' : "{ image: { type: 'image', help: 'Out.' } }";
  return `import { defineNode } from 'unclip-studio/nodes';
${before}
export const nodes = [defineNode({
  type: 'Do', version: 1, title: 'Do', description: 'Does it.', category: 'test', ${more}
  inputs: { image: { type: 'image', help: 'In.' } }, outputs: ${outputs},
  params: { amount: { kind: 'number', default: 1, min: 0, max: 10, help: 'How much.' } },
  async evaluate({ inputs, params }, { services, progress }) { ${evaluate} },
})];
`;
}

/** Evaluates the node `Do` of a plug-in on an image. */
export async function evaluateDo(
  plugins: Pick<Plugins, 'nodes'>,
  {
    name = 'mine',
    image = smallImage(),
    services = {} as Partial<UnclipServices>,
    signal = new AbortController().signal,
  } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const node = plugins.nodes.find(({ type }) => type === `${name}/Do`);
  if (node === undefined) throw new Error(`there is no node ${name}/Do`);
  const context = { signal, services: services as UnclipServices, progress() {}, preview() {}, publish() {} };
  return node.evaluate({ inputs: { image: [image] }, params: { amount: 1 } }, context);
}

export function smallImage(): RgbImage {
  return { width: 2, height: 1, data: Uint8Array.from([10, 20, 30, 40, 50, 60]) };
}

/** Statements by which a plug-in gets hold of what the program talks to it by, as `bridge`; it is not meant for it. */
export const CAPTURE_BRIDGE = `let bridge;
  Object.defineProperty(Object.prototype, 'receive', { configurable: true, set(value) {
    bridge = this;
    Object.defineProperty(this, 'receive', { value, writable: true });
  } });`;
