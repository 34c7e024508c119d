import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adviceOnFormerCheckpoint } from '@unclip-studio/nodes-unclip';
import { HubError, MissingAtHubError } from '../../hub/hub-error.js';
import { hubClientFor, hubSettingsOf } from '../../hub/hub-settings.js';
import { type PullSource, readSource, showSource, sourcesOf } from '../../hub/model-sources.js';
import { pullCheckpoint } from '../../hub/pull-checkpoint.js';
import { pullFile } from '../../hub/pull-file.js';
import { BUNDLED_MODELS_FOLDER } from '../../services/program.js';
import { fromCwd } from '../../services/surroundings.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import { BadInput } from '../bad-input.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { createPullView, type PullView } from '../pull-view.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models pull`: fetches a checkpoint from the hub or from any address, and prints the folder it lies in. Where a
 * model is known to be in several places, the next one is asked when one no longer has it. A token is read from HF_TOKEN,
 * and is never printed.
 *
 * @throws BadInput if nothing can be fetched as asked
 */
export async function pullModel(config: ConfigOf<'models pull'>, context: CommandContext): Promise<number> {
  const { model, from, dir } = config;
  const { io, terminal } = context;
  const view = await createPullView(terminal);
  try {
    const sources = sourcesFor(model, from);
    const to = fromCwd(io, dir ?? join(BUNDLED_MODELS_FOLDER, folderName(model, sources)));
    await pullFromFirst(sources, { config, to, view, terminal, env: io.env });
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
  if (source?.kind === 'file') return source.fileName.replace(/\.safetensors$/i, '');
  return basename(source?.repo ?? '');
}

interface Pull {
  readonly config: ConfigOf<'models pull'>;
  readonly to: string;
  readonly view: PullView;
  readonly terminal: CommandContext['terminal'];
  readonly env: NodeJS.ProcessEnv;
}

async function pullFromFirst(sources: readonly PullSource[], pull: Pull): Promise<void> {
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
}

async function pullFrom(source: PullSource, { config, to, view, terminal, env }: Pull): Promise<void> {
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
      terminal.err(`sha256 ${found}. Compare it with what the model's makers say; --sha256 does so by itself.`);
    }
    return;
  }
  const { repo, revision = config.revision, file = config.file } = source;
  await pullCheckpoint({ repo, revision, to, variant, ...(file === undefined ? {} : { file }) }, shared);
}
