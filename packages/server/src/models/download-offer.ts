import { withReason } from '@unclip-studio/graph-core';
import type { DownloadOffer, ModelType } from '@unclip-studio/protocol';
import { chooseFiles, chooseModelFiles, type FileChoice, SeveralFilesError } from '../hub/choose-files.js';
import { describeRepository, type RepositoryFacts } from '../hub/describe-repository.js';
import type { HubClient } from '../hub/hub-client.js';
import { HubError, MissingAtHubError } from '../hub/hub-error.js';
import type { HubSettings } from '../hub/hub-settings.js';
import { type HubFile, listFiles } from '../hub/list-files.js';
import { sourcesOf } from '../hub/model-sources.js';
import { freeBytesOf } from '../hub/pull-checkpoint.js';
import { MODEL_FILE_KINDS, modelFolderName } from '../services/find-model-files.js';
import { ModelManagerError } from './model-errors.js';
import type { OwnFolder } from './own-folder.js';

export interface DownloadChoice {
  readonly repository: string;
  /** A branch, tag or commit; `main` when left out. */
  readonly revision?: string | undefined;
  readonly type?: ModelType | undefined;
  readonly file?: string | undefined;
  readonly variant?: FileChoice['variant'] | undefined;
}

/** An offer with everything needed to download it. */
export interface DownloadPlan {
  readonly offer: DownloadOffer;
  /** With their digests. */
  readonly files: readonly HubFile[];
  /** Of the folder that the model becomes, below the own one. */
  readonly path: string;
}

/**
 * Asks the hub what a download would fetch. Where a model is known to be in several places, the first that has it.
 *
 * @throws HubError, ModelManagerError
 */
export async function planDownload(
  choice: DownloadChoice,
  { client, settings, own }: { readonly client: HubClient; readonly settings: HubSettings; readonly own: OwnFolder },
): Promise<DownloadPlan> {
  const known = sourcesOf(choice.repository).flatMap((source) => (source.kind === 'repository' ? [source.repo] : []));
  const repositories = known.length > 0 ? known : [choice.repository];
  let missing: unknown;
  for (const repository of repositories) {
    try {
      return await planFrom({ ...choice, repository }, { client, settings, own });
    } catch (error) {
      if (!(error instanceof MissingAtHubError)) throw error;
      missing ??= error;
    }
  }
  throw missing;
}

async function planFrom(
  { repository, revision: wanted = 'main', type: given, file, variant = 'full' }: DownloadChoice,
  { client, settings: { endpoint }, own }: Parameters<typeof planDownload>[1],
): Promise<DownloadPlan> {
  const facts = await describeRepository(client, { endpoint, repo: repository, revision: wanted });
  const all = await listFiles(client, repository, facts.revision);
  const type = given ?? guessType(repository, all, facts);
  const choose = kindOf(type) === undefined ? chooseFiles : chooseModelFiles;
  const { files, choices } = withChoices(() =>
    choose(repository, all, { variant, ...(file === undefined ? {} : { file }) }),
  );
  if (choices.length === 0 && files.length === 0)
    throw withReason(new HubError(`${repository} holds no files of such a model.`), {
      code: 'hub',
      fault: 'no-model',
      at: repository,
    });
  const folderName = repository.slice(repository.indexOf('/') + 1);
  const [only, ...others] = files;
  const isOneFile = only !== undefined && others.length === 0;
  const folder = kindOf(type);
  return {
    files,
    path: folder === undefined ? folderName : `${modelFolderName(folder)}/${folderName}`,
    offer: {
      ...{ repository, revision: facts.revision, type, choices },
      name: isOneFile ? `${folderName}/${only.path}` : folderName,
      files: files.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
      totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      freeBytes: await freeBytesOf(await own.made()),
      license: { name: facts.license, url: facts.licenseUrl },
      gated: facts.isGated,
    },
  };
}

/** Several files of which one must be chosen are a question to the user, and no mistake. */
function withChoices(choose: () => readonly HubFile[]) {
  try {
    return { files: choose(), choices: [] };
  } catch (error) {
    if (!(error instanceof SeveralFilesError)) throw error;
    return { files: [], choices: [...error.files] };
  }
}

/** @throws ModelManagerError for a type that there is not */
function kindOf(type: ModelType) {
  if (type === 'checkpoint') return undefined;
  const kind = MODEL_FILE_KINDS.find((known) => known === type);
  if (kind !== undefined) return kind;
  throw new ModelManagerError(
    `There is no type of model "${type}". Choose one of: checkpoint, ${MODEL_FILE_KINDS.join(', ')}.`,
  );
}

/** What repositories of a type are tagged with, have in their names, or hold. */
const SIGNS: readonly (readonly [ModelType, RegExp])[] = [
  ['lora', /^lora$|^pytorch_lora_weights\.safetensors$/],
  ['embedding', /^textual[-_]inversion$|^learned_embeds\.safetensors$/],
  ['controlnet', /^controlnet$/],
  ['ip-adapter', /^ip[-_]?adapter$/],
  ['upscaler', /^(?:super-resolution|esrgan|real-esrgan)$/],
];

function guessType(repository: string, files: readonly HubFile[], { tags }: RepositoryFacts): ModelType {
  const paths = files.map(({ path }) => path);
  if (paths.includes('model_index.json')) return 'checkpoint';
  const signs = [...paths, ...tags.map((tag) => tag.toLowerCase())];
  const [found] = SIGNS.find(([, sign]) => signs.some((one) => sign.test(one))) ?? [];
  if (found !== undefined && (MODEL_FILE_KINDS as readonly string[]).includes(found)) return found;
  return paths.includes('config.json') && /vae/i.test(repository) ? 'vae' : 'checkpoint';
}
