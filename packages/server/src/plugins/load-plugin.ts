import { bundlePlugin } from './bundle-plugin.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { readManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import type { FoundPlugin } from './plugin-folders.js';
import { createPluginHost, type PluginHost } from './plugin-host.js';
import { hashFolder, type PluginLock } from './plugin-lock.js';
import { nodesOfPlugin } from './plugin-nodes.js';
import { type PluginLimits, startContained } from './plugin-process.js';
import { NO_GRANTS } from './plugin-services.js';
import { startTrusted } from './start-trusted.js';

interface Loading {
  readonly onLog: ((text: string) => void) | undefined;
  readonly lock: PluginLock;
  readonly limits: PluginLimits;
  /** Of those before, and then of this one: the first one of a name counts. */
  readonly names: Set<string>;
  /** The host of the plug-in is put there. */
  readonly hosts: PluginHost[];
}

/** Never throws: what is wrong with a plug-in is told as its problem. */
export async function loadPlugin({ folder, isInstalled }: FoundPlugin, loading: Loading): Promise<LoadedPlugin> {
  const base = { folder, isInstalled, nodes: [] };
  let known: Partial<LoadedPlugin> = {};
  try {
    const manifest = readManifest(folder);
    const { name, version } = manifest;
    const decided = loading.lock[name];
    known = { manifest, ...(decided && { decided }) };
    if (loading.names.has(name)) throw new PluginError(name, `it is there twice; ${folder} is left out`);
    loading.names.add(name);
    if (isInstalled && decided?.filesSha256 !== hashFolder(folder)) {
      throw new PluginError(name, `${folder} is not as it was added; add it again`);
    }
    const { code, sha256 } = await bundlePlugin(folder, manifest);
    known = { ...known, sha256 };
    if (!manifest.contained && decided?.trustedSha256 !== sha256) {
      const state = decided?.trustedSha256 === undefined ? 'is not trusted' : 'has changed since it was trusted';
      throw new PluginError(name, `it needs Node and ${state}; read its code, and then: unclip plugins trust ${name}`);
    }
    const host = createPluginHost({
      ...{ name, limits: loading.limits },
      start: (listeners) =>
        manifest.contained
          ? startContained(code, loading.limits, listeners)
          : startTrusted({ code, folder, manifest }, loading.limits, listeners),
      onLog: (text) => loading.onLog?.(`${name}: ${text}`),
    });
    loading.hosts.push(host);
    const origin = { name, version, sha256 };
    const nodes = await nodesOfPlugin({ manifest, folder, origin, host, grants: decided?.grants ?? NO_GRANTS });
    return { ...base, ...known, nodes };
  } catch (error) {
    const problem = error instanceof PluginError ? error.message : `Plug-in ${folder}: ${error}`;
    return { ...base, ...known, problem };
  }
}
