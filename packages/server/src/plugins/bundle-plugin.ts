import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { sha256 } from '../common/sha256.js';
import { MAX_PLUGIN_FILE_BYTES } from '../limits.js';
import { loadEsbuild } from '../services/esbuild.js';
import { PLUGIN_GUEST_FOLDER } from '../services/program.js';
import type { PluginManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';

/** The code of a plug-in in one text. */
export interface PluginBundle {
  readonly code: string;
  /** Of its sources and the files that it runs, in hex; see `PluginOrigin`. */
  readonly sha256: string;
}

const SDK = 'unclip-studio/nodes';
const GUEST = 'unclip:guest';

/**
 * Bundles the modules of a plug-in into one text, with their types stripped. Nothing outside its folder is included.
 *
 * @throws PluginError with the errors in its sources
 */
export async function bundlePlugin(folder: string, manifest: PluginManifest): Promise<PluginBundle> {
  const { build } = loadEsbuild();
  const root = realpathSync(folder);
  const isInside = (path: string) => path.startsWith(root + sep);
  // In the built layout, neighbouring files are in the folder above.
  const isOurs = (path: string) => path.startsWith(dirname(PLUGIN_GUEST_FOLDER) + sep);
  const inputs: string[] = [];
  const result = await build({
    stdin: {
      contents: `import { serve } from '${GUEST}';\nimport * as plugin from ${JSON.stringify(`./${manifest.entry}`)};\nserve(plugin);\n`,
      resolveDir: root,
      sourcefile: 'plugin-entry.js',
    },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    platform: manifest.contained ? 'neutral' : 'node',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    target: 'es2020',
    logLevel: 'silent',
    // No settings are read from files of others.
    tsconfigRaw: {},
    plugins: [
      {
        name: 'inside-of-the-plug-in',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(?:unclip-studio\/nodes|unclip:guest)$/ }, ({ path }) => ({
            path: join(PLUGIN_GUEST_FOLDER, path === SDK ? 'define.js' : 'guest.js'),
          }));
          onLoad({ filter: /./, namespace: 'file' }, ({ path }) => {
            if (isOurs(path)) return undefined;
            const real = realpathSync(path);
            if (!isInside(real)) return { errors: [{ text: `${path} is not inside of the plug-in's folder` }] };
            inputs.push(real);
            return undefined;
          });
        },
      },
    ],
  }).catch(
    (error: {
      readonly errors?: readonly {
        readonly text: string;
        readonly location?: { readonly file: string; readonly line: number } | null;
      }[];
    }) => {
      const problems = (error.errors ?? []).map(({ text, location }) =>
        location ? `${location.file}:${location.line}: ${text}` : text,
      );
      throw new PluginError(manifest.name, problems.slice(0, 5).join('; ') || String(error));
    },
  );
  const files = [
    ...new Set([...inputs, ...manifest.needs.onnx.map((file) => join(root, file)), join(root, 'package.json')]),
  ];
  return {
    code: result.outputFiles[0]?.text ?? '',
    sha256: sha256(
      files
        .map(
          (file) =>
            `${relative(root, file).split(sep).join('/')} ${sha256(readInside(file, { root, name: manifest.name }))}\n`,
        )
        .sort()
        .join(''),
    ),
  };
}

function readInside(file: string, { root, name }: { readonly root: string; readonly name: string }): Uint8Array {
  try {
    const real = realpathSync(file);
    const found = statSync(real);
    // A link to a device would never end.
    if (!real.startsWith(root + sep) || !found.isFile() || found.size > MAX_PLUGIN_FILE_BYTES) {
      throw new Error(`expected a file of at most ${MAX_PLUGIN_FILE_BYTES / 2 ** 20} MiB inside of the plug-in`);
    }
    return readFileSync(real);
  } catch (error) {
    throw new PluginError(name, `${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
