import type { PluginManifest } from './manifest.js';
import { type Grants, NO_GRANTS } from './plugin-services.js';
import { hasNetworkNamespaces } from './start-trusted.js';

/** The restrictions of a plug-in, and its requested and granted permissions, one line each. */
export function describeNeeds(
  { name, contained, needs, node }: PluginManifest,
  grants: Grants = NO_GRANTS,
): readonly string[] {
  const asked: readonly (readonly [string, boolean])[] = [
    ...(needs.onnx.length > 0 ? [['onnx', grants.onnx] as const] : []),
    ...needs.network.map((host) => [`network:${host}`, grants.network.includes(host)] as const),
    ...Object.entries(needs.files).map(
      ([folder, mode]) =>
        [`files:${folder}=${grants.files[folder] ?? 'FOLDER'} (${mode})`, folder in grants.files] as const,
    ),
  ];
  const given = asked.filter(([, isGranted]) => isGranted).map(([grant]) => grant);
  return [
    ...(contained ? ['contained: no files, network, processes or models'] : describeNode(node)).map((line, i) =>
      i === 0 && given.length > 0 ? `${line} but ${given.join(', ')}` : line,
    ),
    ...asked
      .filter(([, isGranted]) => !isGranted)
      .map(([grant]) => `asks for ${grant}; allow it with: unclip plugins grant ${name} ${grant.replace(/ \(.*/, '')}`),
  ];
}

/** Of a plug-in that runs in Node. */
function describeNode({ addons, processes }: PluginManifest['node']): readonly string[] {
  const more = [...(addons ? ['native modules'] : []), ...(processes ? ['other processes'] : [])];
  const may =
    more.length === 0
      ? 'no native modules or other processes'
      : `it may use ${more.join(' and ')}, which undoes all limits`;
  return [
    'NOT sandboxed: runs in Node once it is trusted, in a separate process',
    `Node's permissions keep it to reading its own folder, which does not stop malicious code; ${may}`,
    hasNetworkNamespaces()
      ? 'its network is a namespace of its own, which leads nowhere'
      : 'its network is NOT contained: this machine gives processes no network namespaces',
  ];
}
