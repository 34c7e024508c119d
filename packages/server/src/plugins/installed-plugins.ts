import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePlugin } from './bundle-plugin.js';
import { changePluginLock } from './change-plugin-lock.js';
import { isPackageName, nameOfManifest, type PluginManifest, readManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import { findPlugins, installedFolder, type PluginFolders } from './plugin-folders.js';
import { hashFolder, type LockedPlugin, lockedIn } from './plugin-lock.js';
import { NO_GRANTS } from './plugin-services.js';
import { readTarball } from './read-tarball.js';
import { fetchPackage, type RegistryPackage } from './registry.js';
import type { RegistrySettings } from './registry-settings.js';

interface AddOptions {
  readonly dataFolder: string;
  /** A tarball; absolute. */
  readonly file?: string;
  /** What was requested: the file, or the name of a package in the registry, as in `NAME` or `NAME@VERSION`. */
  readonly what: string;
  readonly registry: RegistrySettings;
}

/**
 * Adds a package to the plug-ins of a data folder, replacing an earlier version, and records the checksum of its files.
 * None of its code is run. Permissions granted before stay granted.
 *
 * @throws PluginError | TarballError
 */
export async function addPlugin({ dataFolder, file, what, registry }: AddOptions): Promise<PluginManifest> {
  const folder = installedFolder(dataFolder);
  mkdirSync(folder, { recursive: true });
  // Next to its final location, so that it can be moved there in one step.
  const staged = mkdtempSync(join(folder, '.adding-'));
  try {
    const fetched = file === undefined ? await fetchPackage(what, registry) : undefined;
    unpack(fetched?.tarball ?? readTarballFile(file ?? what), staged);
    const manifest = readManifest(staged);
    const { name, version } = manifest;
    if (fetched !== undefined && (fetched.name !== name || fetched.version !== version)) {
      throw new PluginError(
        fetched.name,
        `the registry's ${fetched.name}@${fetched.version} says that it is ${name}@${version}`,
      );
    }
    const place = folderOf(dataFolder, name);
    await changePluginLock(dataFolder, (lock) => {
      if (fetched !== undefined) refuseOtherBytes(fetched, lockedIn(lock, name));
      rmSync(place, { recursive: true, force: true });
      renameSync(staged, place);
      const entry: LockedPlugin = {
        ...{ version, from: what, filesSha256: hashFolder(place) },
        ...(fetched && { resolved: fetched.resolved, integrity: fetched.integrity }),
        grants: lockedGrants(lockedIn(lock, name)),
      };
      return { ...lock, [name]: entry };
    });
    return manifest;
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

function readTarballFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new PluginError(file, 'it cannot be read', { cause: error });
  }
}

function unpack(tarball: Uint8Array, folder: string): void {
  for (const { path, bytes } of readTarball(tarball)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes, { flag: 'wx' });
  }
}

/** A version is published once; a registry that serves different content under it is malicious or compromised. */
function refuseOtherBytes({ name, version, integrity }: RegistryPackage, locked: LockedPlugin | undefined): void {
  if (locked?.version !== version || locked.integrity === undefined || locked.integrity === integrity) return;
  throw new PluginError(
    name,
    `the registry now gives other bytes for ${name}@${version} than when it was added; ` +
      `if that is right, remove it first: unclip plugins remove ${name}`,
  );
}

/** @throws PluginError if it was not added */
export async function removePlugin(dataFolder: string, name: string): Promise<void> {
  checkName(name);
  const place = folderOf(dataFolder, name);
  await changePluginLock(dataFolder, (lock) => {
    const { [name]: _, ...others } = lock;
    if (!existsSync(place) && lockedIn(lock, name) === undefined) throw new PluginError(name, 'it was not added here');
    rmSync(place, { recursive: true, force: true });
    return others;
  });
}

/**
 * Grants a plug-in a permission that its manifest requests.
 *
 * @param grant `onnx`, `network:HOST`, `files:NAME=FOLDER`, or `none` to revoke all
 * @throws PluginError if there is no such permission
 */
export async function grantToPlugin(
  dataFolder: string,
  { name, grant, toAbsolute }: { readonly name: string; readonly grant: string; toAbsolute(folder: string): string },
): Promise<LockedPlugin['grants']> {
  checkName(name);
  const [, host] = /^network:([a-z0-9.-]+(?::\d{1,5})?)$/.exec(grant) ?? [];
  const [, folderName, folder] = /^files:([a-z][a-z0-9-]*)=(.+)$/.exec(grant) ?? [];
  if (folder !== undefined && !existsSync(toAbsolute(folder)))
    throw new PluginError(name, `there is no folder ${folder}`);
  const addTo = (before: LockedPlugin['grants']): LockedPlugin['grants'] | undefined => {
    if (grant === 'none') return lockedGrants(undefined);
    if (grant === 'onnx') return { ...before, onnx: true };
    if (host !== undefined) return { ...before, network: [...new Set([...before.network, host])] };
    if (folderName === undefined || folder === undefined) return undefined;
    return { ...before, files: { ...before.files, [folderName]: toAbsolute(folder) } };
  };
  const entry = await changeEntry(dataFolder, name, (before) => {
    const grants = addTo(lockedGrants(before));
    if (grants !== undefined) return { ...before, grants };
    throw new PluginError(name, `"${grant}": expected onnx, network:HOST, files:NAME=FOLDER, or none to take back all`);
  });
  return entry.grants;
}

/**
 * Lets a plug-in that needs Node run as its files are now.
 *
 * @throws PluginError if it is not there, or needs no trust
 */
export async function trustPlugin(folders: PluginFolders, name: string): Promise<PluginManifest> {
  checkName(name);
  const found = findPlugins(folders).find(({ folder }) => nameOfManifest(folder) === name);
  if (found === undefined) throw new PluginError(name, 'it is not here');
  const manifest = readManifest(found.folder);
  if (manifest.contained) throw new PluginError(name, 'it runs contained, and needs no trust');
  const { sha256 } = await bundlePlugin(found.folder, manifest);
  await changeEntry(folders.dataFolder, name, (before) => ({
    ...before,
    grants: lockedGrants(before),
    trustedSha256: sha256,
  }));
  return manifest;
}

async function changeEntry(
  dataFolder: string,
  name: string,
  change: (before: LockedPlugin | undefined) => LockedPlugin,
): Promise<LockedPlugin> {
  let entry: LockedPlugin | undefined;
  await changePluginLock(dataFolder, (lock) => {
    entry = change(lockedIn(lock, name));
    return { ...lock, [name]: entry };
  });
  if (entry === undefined) throw new Error('Internal error: nothing was written');
  return entry;
}

function lockedGrants(entry: LockedPlugin | undefined): LockedPlugin['grants'] {
  const { onnx, network, files } = entry?.grants ?? NO_GRANTS;
  return { onnx, network: [...network], files: { ...files } };
}

/** The typed name becomes the path of a folder that is deleted. */
function checkName(name: string): void {
  if (!isPackageName(name)) throw new PluginError(name, 'expected the name of a package, as "plugins list" shows it');
}

function folderOf(dataFolder: string, name: string): string {
  return join(installedFolder(dataFolder), name.replace('/', '+'));
}
