import { resolve } from 'node:path';
import type { UnclipServices } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '../services/ort-sessions.js';
import { loadPluginFolder } from './load-plugins.js';
import { PluginError } from './plugin-errors.js';
import type { Grants } from './plugin-services.js';

export interface EvaluatePluginNodeOptions {
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Those that are left out have their defaults. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** What the plug-in may do here; nothing when left out. */
  readonly grants?: Partial<Grants>;
  /** Called with the plug-in's console output. */
  onLog?(text: string): void;
}

/**
 * Evaluates one node of a plug-in as a run does, contained, for tests of plug-ins.
 *
 * @param folder of the plug-in
 * @param type the node's, with or without the name of the package
 * @returns the node's outputs
 * @throws PluginError if the plug-in cannot be loaded, has no such node, or the node fails
 */
export async function evaluatePluginNode<Outputs = Readonly<Record<string, unknown>>>(
  folder: string,
  type: string,
  { inputs = {}, params = {}, grants = {}, onLog }: EvaluatePluginNodeOptions = {},
): Promise<Outputs> {
  const plugins = await loadPluginFolder(resolve(folder), grants, onLog);
  const inference = createOrtSessions({});
  try {
    const [problem] = plugins.problems;
    if (problem !== undefined) throw new PluginError(folder, problem);
    const node = plugins.nodes.find((one) => one.type === type || one.type.endsWith(`/${type}`));
    if (node === undefined) throw new PluginError(folder, `there is no node ${type}`);
    const defaults = Object.entries(node.params).map(([name, param]) => [name, param.default]);
    const services = { inference } as Partial<UnclipServices> as UnclipServices;
    const signal = { aborted: false, throwIfAborted() {} };
    const outputs: unknown = await node.evaluate(
      { inputs, params: { ...Object.fromEntries(defaults), ...params } },
      { services, signal, progress() {}, preview() {}, publish() {} },
    );
    // The caller specifies the types of the ports.
    return outputs as Outputs;
  } finally {
    await plugins.close();
    await inference.close();
  }
}
