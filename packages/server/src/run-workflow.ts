import { dirname, join, resolve } from 'node:path';
import {
  describeDiagnostic,
  migrateNodes,
  packageOfType,
  type ResultRecord,
  type RunEvent,
  type RunOutput,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { OutputService, RgbImage } from '@unclip-studio/nodes-unclip';
import { applySettings, type SettingText, type WorkflowVariant } from './cli/apply-settings.js';
import { findModelFolders } from './cli/machine-options.js';
import { loadCatalog } from './engine/catalog.js';
import { createEngine } from './engine/engine.js';
import { prepareRun } from './engine/prepared-run.js';
import { loadPlugins } from './plugins/load-plugins.js';
import { chooseDevice } from './services/devices/choose-device.js';
import { createImageStore } from './services/image-store.js';
import { BUNDLED_IMAGES_FOLDER } from './services/program.js';
import { createResultStore, type ResultStoreOptions } from './services/results/result-store.js';
import { homeFolder } from './services/surroundings.js';

/** The value of one param; an image's is a path, or the name of an image in the image folders. */
export type Setting = string | number | boolean;

export interface RunWorkflowOptions {
  /** Folders with checkpoints, searched before the usual ones. */
  readonly modelFolders?: readonly string[];
  /** Folders with the images that the workflow names; this folder, its `images`, and the bundled ones if left out. */
  readonly imageFolders?: readonly string[];
  /**
   * Plug-ins, or folders of plug-ins, whose nodes the workflow may use, in addition to those added to the data folder;
   * their granted permissions apply.
   */
  readonly nodeFolders?: readonly string[];
  /** Where plug-ins were added; `~/.unclip-studio` if left out. */
  readonly dataFolder?: string;
  /** Where results are kept from call to call; left out, each call computes everything. */
  readonly results?: ResultStoreOptions;
  /** `auto`, `cpu` or the name of a device; the CPU when left out. */
  readonly device?: string;
  readonly signal?: AbortSignal;
  onEvent?(event: RunEvent): void;
}

/** Something about the workflow or its settings is wrong, or a node failed. */
export class WorkflowError extends Error {
  override readonly name = 'WorkflowError';
}

/**
 * Runs a workflow in this process and writes nothing: images that its nodes would save are returned.
 *
 * @param settings `node.param`, or a workflow's input -> value
 * @returns node id -> its images
 * @throws DeviceError if the device cannot be used here
 * @throws WorkflowError with all problems found before anything ran, or with the reason of the node that failed
 */
export async function runWorkflow(
  original: Workflow,
  settings: Readonly<Record<string, Setting | undefined>> = {},
  options: RunWorkflowOptions = {},
): Promise<Readonly<Record<string, readonly RgbImage[]>>> {
  const cwd = process.cwd();
  const { imageFolders = ['.', 'images'].map((folder) => join(cwd, folder)), results, signal } = options;
  const images = createImageStore([...imageFolders, BUNDLED_IMAGES_FOLDER]);
  const plugins = await loadPlugins(
    needsPlugins(original, options)
      ? {
          nodeFolders: (options.nodeFolders ?? []).map((folder) => resolve(cwd, folder)),
          dataFolder: options.dataFolder ?? join(homeFolder(process.env), '.unclip-studio'),
        }
      : undefined,
  );
  const catalog = loadCatalog({ pluginNodes: plugins.nodes, packages: plugins.packages });
  const texts = Object.entries(settings).flatMap(([name, value]): readonly SettingText[] =>
    value === undefined ? [] : [{ option: name.includes('.') ? '--set' : '--input', text: `${name}=${value}` }],
  );
  const { variants, problems } = await applySettings(migrateNodes(original, catalog), texts, {
    catalog,
    images,
    cwd,
    maySpread: false,
  });
  const { workflow } = variants[0] as WorkflowVariant; // There always is one.
  const modelFolders = findModelFolders(options.modelFolders ?? [], { cwd, env: process.env });
  const engine = createEngine({
    ...{ modelFolders, device: await chooseDevice(options.device ?? 'cpu'), cacheBytes: 0 },
    ...(results && { results: createResultStore(results), machineCacheFolder: dirname(results.folder) }),
  });
  try {
    const checked = await engine.fingerprint(prepareRun(workflow, catalog), images);
    const wrong = [
      ...(checked.ok ? [] : plugins.problems),
      ...problems.map(withoutOption),
      ...(checked.ok ? [] : checked.diagnostics.map(describeDiagnostic)),
    ];
    if (!checked.ok || wrong.length > 0) throw new WorkflowError(wrong.join('\n'));
    const { made, outputs } = collectImages();
    const failures: string[] = [];
    const { outcome } = await engine.run({
      ...{ plan: checked.value, images, outputs },
      ...(signal && { signal }),
      onEvent(event) {
        if (event.type === 'node-failed') failures.push(`Node "${event.node}" failed: ${event.message}`);
        options.onEvent?.(event);
      },
    });
    signal?.throwIfAborted();
    if (outcome !== 'succeeded') throw new WorkflowError(failures.join('\n'));
    return Object.fromEntries(made);
  } finally {
    await engine.close();
    await plugins.close();
  }
}

function needsPlugins(
  { nodes, subgraphs = {} }: Workflow,
  { nodeFolders }: Pick<RunWorkflowOptions, 'nodeFolders'>,
): boolean {
  const bodies = [nodes, ...Object.values(subgraphs).map((subgraph) => subgraph.nodes)];
  const types = bodies.flatMap((body) => Object.values(body).map(({ type }) => type));
  return nodeFolders !== undefined || types.some((type) => packageOfType(type) !== undefined);
}

/** The command line's options mean nothing here. */
function withoutOption(problem: string): string {
  return problem.replace(/^--(?:set|input) /, '');
}

function collectImages() {
  const made = new Map<string, RgbImage[]>();
  function keep(images: readonly RgbImage[], origin: { readonly record: ResultRecord } | undefined): RunOutput {
    const node = origin?.record.at(-1)?.id ?? '';
    made.set(node, [...(made.get(node) ?? []), ...images]);
    const { width = 0, height = 0 } = images[0] ?? {};
    return { location: '', mediaType: 'image/png', widthPx: width, heightPx: height };
  }
  const outputs: OutputService = {
    save: async (image, { made: origin }) => keep([image], origin),
    // Its frames, each as an image.
    saveAnimation: async (frames, { made: origin }) => keep(frames, origin),
  };
  return { made, outputs };
}
