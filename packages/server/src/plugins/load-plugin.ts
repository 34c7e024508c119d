import { bundlePlugin } from './bundle-plugin.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { type PluginManifest, readManifest } from './manifest.js';
import { readDescription } from './plugin-description.js';
import { PluginError } from './plugin-errors.js';
import type { FoundPlugin } from './plugin-folders.js';
import { createPluginHost } from './plugin-host.js';
import { hashFolder, type LockedPlugin, lockedIn, type PluginLock } from './plugin-lock.js';
import { nodesOfPlugin } from './plugin-nodes.js';
import { type PluginLimits, startContained } from './plugin-process.js';
import { NO_GRANTS } from './plugin-services.js';
import { startTrusted } from './start-trusted.js';

export interface Loading {
  readonly onLog: ((text: string) => void) | undefined;
  readonly lock: PluginLock;
  readonly limits: PluginLimits;
  /** Of those before, and then of this one: the first one of a name counts. */
  readonly names: Set<string>;
}

/**
 * Never throws: errors of a plug-in are reported as its problem.
 *
 * @param before the previous state of the plug-in in this folder: it stays as it is if nothing has changed, and its
 * nodes stay if the current state has errors
 */
export async function loadPlugin(
  { folder, isInstalled }: FoundPlugin,
  loading: Loading,
  before: LoadedPlugin | undefined,
): Promise<LoadedPlugin> {
  const base = { folder, isInstalled, nodes: [] };
  let known: Partial<LoadedPlugin> = {};
  const taken = new Set(loading.names);
  try {
    const manifest = readManifest(folder);
    const { name } = manifest;
    const decided = lockedIn(loading.lock, name);
    known = { manifest, ...(decided && { decided }) };
    if (loading.names.has(name)) throw new PluginError(name, `it is there twice; ${folder} is left out`);
    loading.names.add(name);
    if (isInstalled && decided?.filesSha256 !== hashFolder(folder)) {
      throw new PluginError(name, `${folder} is not as it was added; add it again`);
    }
    const { code, sha256 } = await bundlePlugin(folder, manifest);
    known = { ...known, sha256 };
    if (before?.host !== undefined && before.sha256 === sha256 && isSame(before.decided, decided)) {
      const { problem: _, ...unchanged } = before;
      return unchanged;
    }
    if (!manifest.contained && decided?.trustedSha256 !== sha256) {
      const state = decided?.trustedSha256 === undefined ? 'is not trusted' : 'has changed since it was trusted';
      throw new PluginError(name, `it needs Node and ${state}; read its code, and then: unclip plugins trust ${name}`);
    }
    return { ...base, ...known, ...(await start({ code, sha256, folder, manifest, decided }, loading)) };
  } catch (error) {
    const problem = error instanceof PluginError ? error.message : `Plug-in ${folder}: ${error}`;
    return before !== undefined && mayGoOn(before, loading, taken)
      ? { ...before, problem }
      : { ...base, ...known, problem };
  }
}

interface Code {
  readonly code: string;
  readonly sha256: string;
  readonly folder: string;
  readonly manifest: PluginManifest;
  readonly decided: LockedPlugin | undefined;
}

async function start(
  { code, sha256, folder, manifest, decided }: Code,
  { limits, onLog }: Loading,
): Promise<Pick<LoadedPlugin, 'nodes' | 'described' | 'host'>> {
  const { name, version } = manifest;
  const host = createPluginHost({
    ...{ name, limits },
    start: (listeners) =>
      manifest.contained
        ? startContained(code, limits, listeners)
        : startTrusted({ code, folder, manifest }, limits, listeners),
    onLog: (text) => onLog?.(`${name}: ${text}`),
  });
  try {
    const described = readDescription(await host.describe(), manifest);
    const origin = { name, version, sha256 };
    const nodes = nodesOfPlugin(described, { manifest, folder, origin, host, grants: decided?.grants ?? NO_GRANTS });
    return { nodes, described, host };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** @param taken the names of plug-ins that come before it */
function mayGoOn(
  { host, manifest, decided }: LoadedPlugin,
  { lock, names }: Loading,
  taken: ReadonlySet<string>,
): boolean {
  if (host === undefined || manifest === undefined || taken.has(manifest.name)) return false;
  names.add(manifest.name);
  // An operator who takes something back means it at once.
  return isSame(decided, lockedIn(lock, manifest.name));
}

function isSame(a: LockedPlugin | undefined, b: LockedPlugin | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
