import type { NodeDefinition, PluginOrigin, PortLooks } from '@unclip-studio/graph-core';
import { createCatalog } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import type { PluginManifest } from './manifest.js';
import type { PluginDescription } from './plugin-description.js';
import { PluginError } from './plugin-errors.js';
import type { PluginHost } from './plugin-host.js';
import { createPluginServices, type Grants } from './plugin-services.js';
import { checkOutput, handlesOf, PORT_TYPES_FOR_PLUGINS } from './plugin-values.js';

export interface LoadedCode {
  readonly manifest: PluginManifest;
  /** Absolute. */
  readonly folder: string;
  readonly origin: PluginOrigin;
  readonly host: PluginHost;
  readonly grants: Grants;
}

/**
 * The nodes of a plug-in as this program runs them, each named `PACKAGE/Type`.
 *
 * @throws PluginError if one of its definitions is wrong
 */
export function nodesOfPlugin(described: PluginDescription, code: LoadedCode): readonly UnclipNode[] {
  const { manifest } = code;
  const nodes = described.nodes.map((one) => toNode(one, described, code));
  try {
    // An error in one of its own definitions must not break the whole catalog.
    createCatalog(nodes);
  } catch (error) {
    throw new PluginError(manifest.name, error instanceof Error ? error.message.replace('Internal error: ', '') : '');
  }
  return nodes;
}

function toNode(
  own: PluginDescription['nodes'][number],
  { portTypes }: PluginDescription,
  code: LoadedCode,
): UnclipNode {
  const { manifest, origin, host, folder, grants } = code;
  const ownTypes = new Map(portTypes.map((one) => [one.name, one.looks as PortLooks]));
  const typeOf = (type: string) => (ownTypes.has(type) ? `${manifest.name}/${type}` : type);
  const withLooks = <Port extends { readonly type: string }>(ports: Readonly<Record<string, Port>>) =>
    Object.fromEntries(
      Object.entries(ports).map(([port, one]) => {
        const portLooks = ownTypes.get(one.type) ?? PORT_TYPES_FOR_PLUGINS.get(one.type);
        return [port, { ...one, type: typeOf(one.type), ...(portLooks && { looks: portLooks }) }];
      }),
    );
  // The schema has checked each field; only the optional ones differ in how they are left out.
  const definition = { ...own, inputs: withLooks(own.inputs), outputs: withLooks(own.outputs) } as NodeDefinition;
  return {
    ...definition,
    type: `${manifest.name}/${own.type}`,
    plugin: origin,
    async evaluate({ inputs, params }, { services, signal, progress }) {
      const handles = handlesOf(own.inputs, inputs);
      const serve = createPluginServices({
        manifest,
        folder,
        grants,
        isPure: own.pure === true,
        inference: services.inference,
      });
      const values = await host.call({ node: own.type, inputs, params, handles, signal, progress, serve });
      const checked: [string, unknown][] = [];
      for (const [output, { type }] of Object.entries(own.outputs)) {
        try {
          checked.push([output, await checkOutput(type, values[output], handles)]);
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          throw new PluginError(manifest.name, `${own.type} gave no usable ${type} at "${output}": ${problem}`);
        }
      }
      return Object.fromEntries(checked);
    },
  };
}
