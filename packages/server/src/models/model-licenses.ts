import type { ModelLicenseDetail, ModelType, SharedLicense } from '@unclip-studio/protocol';
import { findCheckpoint } from '../services/find-checkpoints.js';
import { findModelsOfKind, modelNamed } from '../services/find-model-files.js';
import type { AcceptedLicenses } from './accepted-licenses.js';
import type { DownloadedModels } from './downloaded-models.js';
import { LicenseNotAccepted, NoSuchModel } from './model-errors.js';
import { type LicenseFacts, readLicense } from './read-license.js';

/** A model by what workflows call it. */
export interface NamedModel {
  readonly type: ModelType;
  readonly name: string;
}

/** The licences of models, and which the operator has accepted. */
export interface ModelLicenses {
  /** @throws NoSuchModel */
  describe(model: NamedModel): Promise<ModelLicenseDetail>;
  /** Those that are known, for people who use the models through this server. */
  list(models: readonly NamedModel[]): Promise<readonly SharedLicense[]>;
  /** @throws NoSuchModel */
  accept(model: NamedModel): Promise<ModelLicenseDetail>;
  /**
   * Where others are served, models whose licence forbids uses run only once the operator has accepted it.
   *
   * @throws LicenseNotAccepted naming all that were not
   */
  requireAccepted(models: readonly NamedModel[]): Promise<void>;
}

export interface ModelLicensesOptions {
  /** Folders that hold models, see `findCheckpoints`. */
  readonly roots: readonly string[];
  readonly downloaded: Pick<DownloadedModels, 'records'>;
  readonly accepted: AcceptedLicenses;
  /** Whether people other than the operator can use the models. */
  readonly servesOthers: boolean;
  /** Names of models whose licence is accepted from the start, or `all`. */
  readonly acceptedNames?: readonly string[];
}

export function createModelLicenses(options: ModelLicensesOptions): ModelLicenses {
  const { roots, downloaded, accepted, servesOthers, acceptedNames = [] } = options;

  async function readFacts({ type, name }: NamedModel): Promise<LicenseFacts & { readonly isHere: boolean }> {
    const path = await pathOf(type, name);
    const record = path === undefined ? undefined : await (await downloaded.records())(path);
    return { ...(await readLicense({ name, path, record })), isHere: path !== undefined };
  }

  async function pathOf(type: ModelType, name: string): Promise<string | undefined> {
    if (type !== 'checkpoint') return modelNamed(await findModelsOfKind(type, roots), name);
    // A file may be named without its ending.
    return (await findCheckpoint(roots, name)) ?? findCheckpoint(roots, `${name}.safetensors`);
  }

  async function describe(model: NamedModel): Promise<ModelLicenseDetail> {
    const facts = await readFacts(model);
    if (!facts.isHere) throw new NoSuchModel(`There is no ${model.type} "${model.name}" here.`);
    const { title, url, text, restrictsUse, restrictions } = facts;
    const found = await accepted.find(toAccepted(model, facts));
    return {
      ...{ type: model.type, model: model.name, name: title, restrictsUse, restrictions },
      ...(url === undefined ? {} : { url }),
      ...(text === undefined ? {} : { text }),
      ...(found === undefined ? {} : { acceptedAt: found.acceptedAt }),
      mustBeAccepted: servesOthers && restrictsUse,
    };
  }

  return {
    describe,
    async list(models) {
      const found: SharedLicense[] = [];
      for (const model of models) {
        const { title: name, url, restrictsUse, restrictions } = await readFacts(model);
        if (name === '') continue;
        found.push({
          ...{ type: model.type, model: model.name, name, restrictsUse, restrictions },
          ...(url === undefined ? {} : { url }),
        });
      }
      return found;
    },
    async accept(model) {
      const facts = await readFacts(model);
      if (facts.isHere) await accepted.add({ ...toAccepted(model, facts), license: facts.title });
      return describe(model);
    },
    async requireAccepted(models) {
      if (!servesOthers) return;
      const missing: { readonly name: string; readonly license: string }[] = [];
      for (const model of models) {
        const facts = await readFacts(model);
        if (!facts.restrictsUse) continue;
        const wanted = toAccepted(model, facts);
        if ((await accepted.find(wanted)) !== undefined) continue;
        const isAccepted = acceptedNames.includes('all') || acceptedNames.includes(model.name);
        if (isAccepted) await accepted.add({ ...wanted, license: facts.title });
        else missing.push({ name: model.name, license: facts.title });
      }
      if (missing.length > 0) throw new LicenseNotAccepted(missing);
    },
  };
}

function toAccepted({ type, name }: NamedModel, facts: LicenseFacts) {
  return { type, model: name, textSha256: facts.sha256 };
}
