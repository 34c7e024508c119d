import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundlePlugin } from './bundle-plugin.js';
import { type PluginManifest, readManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import { findPlugins, installedFolder, type PluginFolders } from './plugin-folders.js';
import { hashFolder, type LockedPlugin, readPluginLock, writePluginLock } from './plugin-lock.js';
import { NO_GRANTS } from './plugin-services.js';
import { readTarball } from './read-tarball.js';

const NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*(?:@[\w.+-]+)?$/;

/**
 * Puts a package among the plug-ins of a data folder, in place of an earlier version, and writes down the checksum of its
 * files. Nothing of it is run. What it was granted before stays granted.
 *
 * @param what a tarball, or the name of a package in npm's registry, as in `NAME` or `NAME@VERSION`
 * @throws PluginError | TarballError
 */
export async function addPlugin(dataFolder: string, what: string, cwd: string): Promise<PluginManifest> {
  const folder = installedFolder(dataFolder);
  mkdirSync(folder, { recursive: true });
  // Beside its place, so that it can be moved there in one step.
  const staged = mkdtempSync(join(folder, '.adding-'));
  try {
    const tarball = existsSync(what) ? readFileSync(what) : await fetchPackage(what, cwd);
    for (const { path, bytes } of readTarball(tarball)) {
      mkdirSync(dirname(join(staged, path)), { recursive: true });
      writeFileSync(join(staged, path), bytes, { flag: 'wx' });
    }
    const manifest = readManifest(staged);
    const { name, version } = manifest;
    const lock = readPluginLock(dataFolder);
    const entry: LockedPlugin = {
      ...{ version, from: what, filesSha256: hashFolder(staged) },
      grants: lockedGrants(lock[name]),
    };
    const place = folderOf(dataFolder, name);
    rmSync(place, { recursive: true, force: true });
    renameSync(staged, place);
    await writePluginLock(dataFolder, { ...lock, [name]: entry });
    return manifest;
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** @throws PluginError if it was not added */
export async function removePlugin(dataFolder: string, name: string): Promise<void> {
  const place = folderOf(dataFolder, name);
  const { [name]: entry, ...others } = readPluginLock(dataFolder);
  if (!existsSync(place) && entry === undefined) throw new PluginError(name, 'it was not added here');
  rmSync(place, { recursive: true, force: true });
  await writePluginLock(dataFolder, others);
}

/**
 * Lets a plug-in do something that its manifest asks for.
 *
 * @param grant `onnx`, `network:HOST`, `files:NAME=FOLDER`, or `none` to take back all
 * @throws PluginError if there is no such grant
 */
export async function grantToPlugin(
  dataFolder: string,
  { name, grant, toAbsolute }: { readonly name: string; readonly grant: string; toAbsolute(folder: string): string },
): Promise<LockedPlugin['grants']> {
  const lock = readPluginLock(dataFolder);
  const before = lockedGrants(lock[name]);
  const [, host] = /^network:([a-z0-9.-]+(?::\d{1,5})?)$/.exec(grant) ?? [];
  const [, folderName, folder] = /^files:([a-z][a-z0-9-]*)=(.+)$/.exec(grant) ?? [];
  if (folder !== undefined && !existsSync(toAbsolute(folder)))
    throw new PluginError(name, `there is no folder ${folder}`);
  const grants =
    (grant === 'none' && lockedGrants(undefined)) ||
    (grant === 'onnx' && { ...before, onnx: true }) ||
    (host !== undefined && { ...before, network: [...new Set([...before.network, host])] }) ||
    (folderName !== undefined &&
      folder !== undefined && { ...before, files: { ...before.files, [folderName]: toAbsolute(folder) } });
  if (!grants) {
    throw new PluginError(name, `"${grant}": expected onnx, network:HOST, files:NAME=FOLDER, or none to take back all`);
  }
  mkdirSync(installedFolder(dataFolder), { recursive: true });
  await writePluginLock(dataFolder, { ...lock, [name]: { ...lock[name], grants } });
  return grants;
}

/**
 * Lets a plug-in that needs Node run as its files are now.
 *
 * @throws PluginError if it is not there, or needs no trust
 */
export async function trustPlugin(folders: PluginFolders, name: string): Promise<PluginManifest> {
  const found = findPlugins(folders).find(({ folder }) => {
    const file = join(folder, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown }).name === name;
  });
  if (found === undefined) throw new PluginError(name, 'it is not here');
  const manifest = readManifest(found.folder);
  if (manifest.contained) throw new PluginError(name, 'it runs contained, and needs no trust');
  const { sha256 } = await bundlePlugin(found.folder, manifest);
  const lock = readPluginLock(folders.dataFolder);
  const entry = { ...lock[name], grants: lockedGrants(lock[name]), trustedSha256: sha256 };
  mkdirSync(installedFolder(folders.dataFolder), { recursive: true });
  await writePluginLock(folders.dataFolder, { ...lock, [name]: entry });
  return manifest;
}

function lockedGrants(entry: LockedPlugin | undefined): LockedPlugin['grants'] {
  const { onnx, network, files } = entry?.grants ?? NO_GRANTS;
  return { onnx, network: [...network], files: { ...files } };
}

function folderOf(dataFolder: string, name: string): string {
  return join(installedFolder(dataFolder), name.replace('/', '+'));
}

/** By npm, which knows the registry and its settings here. Packages that it depends on are not fetched. */
async function fetchPackage(name: string, cwd: string): Promise<Uint8Array> {
  if (!NAME.test(name))
    throw new PluginError(name, 'expected a file, or the name of a package as NAME or NAME@VERSION');
  const folder = mkdtempSync(join(tmpdir(), 'unclip-plugin-'));
  try {
    await promisify(execFile)('npm', ['pack', name, '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd,
      shell: process.platform === 'win32',
    });
    const [file] = readdirSync(folder);
    if (file === undefined) throw new Error('npm packed nothing');
    return readFileSync(join(folder, file));
  } catch (error) {
    throw new PluginError(name, 'npm could not fetch it', { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
