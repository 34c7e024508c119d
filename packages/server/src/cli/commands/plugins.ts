import { existsSync, statSync } from 'node:fs';
import { describeNeeds } from '../../plugins/describe-plugin.js';
import { addPlugin, grantToPlugin, removePlugin, trustPlugin } from '../../plugins/installed-plugins.js';
import { loadPlugins } from '../../plugins/load-plugins.js';
import { PluginError } from '../../plugins/plugin-errors.js';
import { TarballError } from '../../plugins/read-tarball.js';
import { registrySettings } from '../../plugins/registry-settings.js';
import { fromCwd } from '../../services/surroundings.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/** `unclip plugins list`: the nodes, requested and granted permissions, and restrictions of each plug-in. */
export async function listPlugins(
  { nodeFolders, dataFolder }: ConfigOf<'plugins list'>,
  { terminal }: CommandContext,
): Promise<number> {
  const plugins = await loadPlugins({ nodeFolders, dataFolder });
  await plugins.close();
  if (plugins.all.length === 0) terminal.err(`There are no plug-ins in ${dataFolder}.`);
  for (const { manifest, folder, nodes, problem, decided, isInstalled } of plugins.all) {
    terminal.out(`${manifest === undefined ? folder : `${manifest.name}@${manifest.version}`}`);
    if (problem !== undefined) terminal.out(`  not loaded: ${problem}`);
    if (nodes.length > 0) terminal.out(`  nodes: ${nodes.map(({ type }) => type).join(', ')}`);
    if (manifest !== undefined) {
      for (const line of describeNeeds(manifest, decided?.grants)) terminal.out(`  ${line}`);
    }
    terminal.out(`  ${isInstalled ? `added from ${decided?.from}` : `from ${folder}`}`);
  }
  return EXIT.done;
}

/**
 * `unclip plugins add`: puts a package among the plug-ins; nothing of it runs yet.
 *
 * @throws BadInput
 */
export async function addPluginPackage(
  { package: what, dataFolder, registry, allowFetch }: ConfigOf<'plugins add'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const path = fromCwd(io, what);
  const isFile = /\.t(?:ar\.)?gz$/.test(what) || (existsSync(path) && statSync(path).isFile());
  if (/^\.{0,2}[/\\]/.test(what) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new BadInput([
      `${what}: expected a package, got a folder. Pack it first (npm pack ${what}) and add the file, or use it as it is with --nodes ${what}`,
    ]);
  }
  const manifest = await told(() =>
    addPlugin({
      ...{ dataFolder, what: isFile ? path : what, registry: registrySettings(registry, allowFetch) },
      ...(isFile && { file: path }),
    }),
  );
  terminal.out(`Added ${manifest.name}@${manifest.version}.`);
  for (const line of describeNeeds(manifest, undefined)) terminal.out(line);
  return EXIT.done;
}

/**
 * `unclip plugins remove`.
 *
 * @throws BadInput if it was not added
 */
export async function removePluginPackage(
  { name, dataFolder }: ConfigOf<'plugins remove'>,
  { terminal }: CommandContext,
): Promise<number> {
  await told(() => removePlugin(dataFolder, name));
  terminal.out(`Removed ${name}, and what it was granted.`);
  return EXIT.done;
}

/**
 * `unclip plugins grant`: grants a plug-in one of the permissions that its manifest requests.
 *
 * @throws BadInput if there is no such permission
 */
export async function grantPlugin(
  { name, grant, dataFolder }: ConfigOf<'plugins grant'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const toAbsolute = (folder: string) => fromCwd(io, folder);
  const { onnx, network, files } = await told(() => grantToPlugin(dataFolder, { name, grant, toAbsolute }));
  const all = [
    ...(onnx ? ['onnx'] : []),
    ...network.map((host) => `network:${host}`),
    ...Object.entries(files).map(([folder, path]) => `files:${folder}=${path}`),
  ];
  terminal.out(
    `${name} may: ${all.join(', ') || 'nothing but computation'}. A server that was started with --nodes counts this at once, another one from its next start.`,
  );
  return EXIT.done;
}

/**
 * `unclip plugins trust`: lets a plug-in run that needs Node.
 *
 * @throws BadInput if it is not here, or needs no trust
 */
export async function trustPluginCode(
  { name, nodeFolders, dataFolder }: ConfigOf<'plugins trust'>,
  { terminal }: CommandContext,
): Promise<number> {
  const manifest = await told(() => trustPlugin({ nodeFolders, dataFolder }, name));
  terminal.out(`${name}@${manifest.version} is trusted as long as its files stay as they are.`);
  for (const line of describeNeeds(manifest, undefined)) terminal.out(line);
  return EXIT.done;
}

async function told<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PluginError || error instanceof TarballError) throw new BadInput([error.message]);
    throw error;
  }
}
