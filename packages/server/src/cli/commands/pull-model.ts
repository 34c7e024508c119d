import { basename, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MODEL_FILE } from '@unclip-studio/graph-core';
import { adviceOnFormerCheckpoint } from '@unclip-studio/nodes-unclip';
import { HubError, MissingAtHubError } from '../../hub/hub-error.js';
import { hubClientFor, hubSettingsOf } from '../../hub/hub-settings.js';
import { type PullSource, readSource, showSource, sourcesOf } from '../../hub/model-sources.js';
import { pullCheckpoint } from '../../hub/pull-checkpoint.js';
import { pullFile } from '../../hub/pull-file.js';
import { createDownloadedModels } from '../../models/downloaded-models.js';
import { ModelManagerError } from '../../models/model-errors.js';
import { fromCwd } from '../../services/surroundings.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { createPullView, type PullView } from '../pull-view.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models pull`: downloads a checkpoint from the hub or from any address, and prints its folder. If a model is
 * known to have several sources, the next one is tried if one no longer has it. A token is read from HF_TOKEN, and is
 * never printed.
 *
 * @throws BadInput if nothing can be downloaded as requested
 */
export async function pullModel(config: ConfigOf<'models pull'>, context: CommandContext): Promise<number> {
  const { model, from, dir, ownModelsFolder } = config;
  const { io, terminal } = context;
  const view = await createPullView(terminal);
  try {
    const sources = sourcesFor(model, from);
    const to = fromCwd(io, dir ?? join(ownModelsFolder, folderName(model, sources)));
    const pulled = await pullFromFirst(sources, { config, to, view, terminal, env: io.env });
    await record(pulled, to, ownModelsFolder);
    terminal.out(to);
  } catch (error) {
    // Such as a full disk or a folder that may not be written.
    if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
    throw error;
  } finally {
    view.close();
  }
  return EXIT.done;
}

function sourcesFor(model: string | undefined, from: string | undefined): readonly PullSource[] {
  if (from !== undefined) return [readSource(from)];
  if (model === undefined)
    throw new BadInput(['Name a model, as in sd2-community/stable-diffusion-2-1-unclip, or a source with --from.']);
  const advice = adviceOnFormerCheckpoint(model);
  if (advice !== undefined) throw new BadInput([`${model} cannot be pulled: ${advice}`]);
  const sources = sourcesOf(model);
  return sources.length > 0 ? sources : [{ kind: 'repository', repo: model }];
}

function folderName(model: string | undefined, [source]: readonly PullSource[]): string {
  if (model !== undefined) return basename(model);
  if (source?.kind === 'file') return source.fileName.replace(MODEL_FILE, '');
  return basename(source?.repo ?? '');
}

interface Pull {
  readonly config: ConfigOf<'models pull'>;
  readonly to: string;
  readonly view: PullView;
  readonly terminal: CommandContext['terminal'];
  readonly env: NodeJS.ProcessEnv;
}

/** The download, for the model manager. */
interface Pulled {
  readonly repository: string;
  readonly revision: string;
  /** Of the page that has its licence. */
  readonly url: string;
  /** Below the folder that it became. */
  readonly files: readonly string[];
}

/** Downloads in the folder that the program manages can be deleted in the editor as well. */
async function record({ url, files, ...source }: Pulled, to: string, ownModelsFolder: string): Promise<void> {
  const path = relative(ownModelsFolder, to).split(sep).join('/');
  if (path === '' || path.startsWith('..')) return;
  const [only, ...others] = files;
  const name = only !== undefined && others.length === 0 ? `${path}/${only}` : path;
  const model = { ...source, type: 'checkpoint', name, path, license: { name: '', url } };
  try {
    await createDownloadedModels(ownModelsFolder, () => Date.now()).add(model, files);
  } catch (error) {
    // A link leads elsewhere, where nothing is deleted.
    if (!(error instanceof ModelManagerError)) throw error;
  }
}

async function pullFromFirst(sources: readonly PullSource[], pull: Pull): Promise<Pulled> {
  for (const [i, source] of sources.entries()) {
    try {
      return await pullFrom(source, pull);
    } catch (error) {
      const next = sources[i + 1];
      if (!(error instanceof MissingAtHubError)) throw error;
      if (next !== undefined) pull.terminal.err(`${error.message} Trying ${showSource(next)} instead.`);
      else if (sources.length === 1) throw error;
      else {
        const tried = sources.map(showSource).join(', ');
        throw new HubError(`${error.message} It was looked for at ${tried}. Name another source with --from.`, {
          cause: error,
        });
      }
    }
  }
  throw new Error('Internal error: a pull has no source');
}

async function pullFrom(source: PullSource, { config, to, view, terminal, env }: Pull): Promise<Pulled> {
  const { sha256, variant } = config;
  const settings = hubSettingsOf(env, config.allowFetch);
  const { allowedHosts } = settings;
  const client = hubClientFor(settings, source.kind === 'file' ? source.url.origin : source.endpoint);
  const shared = { client, progress: view, sleep: async (ms: number) => void (await sleep(ms)) };
  if (source.kind === 'file') {
    const expected = sha256 === undefined ? {} : { sha256: sha256.toLowerCase() };
    const found = await pullFile(
      { url: source.url, fileName: source.fileName, to, ...expected },
      { ...shared, allowedHosts },
    );
    if (sha256 === undefined) {
      terminal.err(
        `sha256 ${found}. Compare it with the checksum published by the model's authors; --sha256 does so automatically.`,
      );
    }
    const { url, fileName } = source;
    return { repository: url.host, revision: '', url: url.href, files: [fileName] };
  }
  const { repo, revision = config.revision, file = config.file } = source;
  const files = await pullCheckpoint({ repo, revision, to, variant, ...(file === undefined ? {} : { file }) }, shared);
  const url = new URL(`/${repo}`, source.endpoint ?? settings.endpoint).href;
  return { repository: repo, revision, url, files };
}
