import { z } from 'zod';
import { count, idOf, timestamp } from '../fields.js';
import { MAX_REPOSITORY_PATH, REPOSITORY_PATH } from '../limits.js';
import { modelDownload, modelLicense, modelType, repositoryName } from '../models.js';
import { reason } from '../reasons.js';
import type { RouteTable } from '../route.js';
import type { Wire } from '../wire.js';
import { THUMBNAIL_ANSWERS, thumbnailQuery } from './images.js';

const modelRecord = z
  .object({
    name: z.string(),
    pipeline: z.string().optional().meta({ description: 'The pipeline that diffusers would load it with.' }),
    sizeBytes: count,
  })
  .meta({ id: 'Model', description: 'An installed checkpoint, or another model that comes by itself.' });
export type ModelRecord = Wire<typeof modelRecord>;

const modelKind = z.string().max(32).meta({
  description: 'What `model` of a param says, such as `vae`; checkpoints when left out.',
});

const modelId = idOf('an installed model', 'hash');
const downloadId = idOf('a download', 'uuid');
const deletionId = idOf('a deletion', 'uuid', ', by which the model comes back');

const installedModel = z
  .object({
    id: modelId,
    type: modelType,
    name: z.string().meta({ description: 'What params call it.' }),
    path: z.string(),
    sizeBytes: count,
    precisions: z.array(z.string()).meta({ example: ['float16'], description: 'Of its weights, the commonest first.' }),
    family: z.string().optional().meta({
      example: 'Stable Diffusion 2',
      description: 'What it was made for, if its tensors show it.',
    }),
    fits: z.array(z.string()).optional().meta({
      description:
        'The installed checkpoints that it goes with; left out where that does not depend on the checkpoint.',
    }),
    triggerWords: z.array(z.string()).meta({ description: 'Words that make it show in the image, as its makers say.' }),
    hasThumbnail: z.boolean(),
    managed: z.boolean().meta({ description: 'This program downloaded it, and may delete it.' }),
    repository: z.string().optional().meta({ description: 'Where it was downloaded from.' }),
    license: modelLicense.optional(),
    problem: z.string().optional().meta({ description: 'Why its weights cannot be read.' }),
    because: reason.optional(),
  })
  .meta({ id: 'InstalledModel' });
export type InstalledModel = Wire<typeof installedModel>;

const modelLicenseDetail = z
  .object({
    type: modelType,
    model: z.string().meta({ description: 'What params call it.' }),
    name: z.string().meta({ example: 'CreativeML Open RAIL++-M License', description: 'Empty if none is known.' }),
    url: z.string().optional(),
    text: z
      .string()
      .optional()
      .meta({ description: 'The whole licence, from the folder of the model or as published.' }),
    restrictsUse: z.boolean().meta({ description: 'It forbids some uses, or it is not known that it does not.' }),
    restrictions: z.array(z.string()).meta({ description: 'The uses that it forbids, quoted.' }),
    mustBeAccepted: z.boolean().meta({
      description:
        'Others can reach this server, so that runs with the model are refused until its operator accepts it.',
    }),
    acceptedAt: timestamp.optional().meta({ description: 'When the operator accepted this text.' }),
  })
  .meta({ id: 'ModelLicenseDetail', description: 'Under which licence a model is.' });
export type ModelLicenseDetail = Wire<typeof modelLicenseDetail>;

export const sharedLicense = modelLicenseDetail
  .pick({ type: true, model: true, name: true, url: true, restrictsUse: true, restrictions: true })
  .meta({ id: 'SharedLicense', description: 'The licence of a model that a shared workflow uses.' });
export type SharedLicense = Wire<typeof sharedLicense>;

const modelHealth = z
  .object({
    facts: z.array(z.object({ name: z.string(), value: z.string() })),
    problem: z.string().optional().meta({ description: 'All that is wrong with it; left out if nothing is.' }),
    because: reason.optional(),
  })
  .meta({ id: 'ModelHealth', description: 'The output of `unclip models inspect` for a model.' });
export type ModelHealth = Wire<typeof modelHealth>;

const repositoryFile = z
  .string()
  .max(MAX_REPOSITORY_PATH)
  .regex(REPOSITORY_PATH, 'expected the path of a file in the repository');

const downloadRequest = {
  repository: repositoryName,
  type: modelType.optional().meta({ description: 'Told from the files of the repository when left out.' }),
  file: repositoryFile.optional().meta({ description: 'Only this file, where a repository has several models.' }),
  variant: z.enum(['full', 'fp16']).optional().meta({ description: 'Of two precisions of one weight file.' }),
};

const downloadOffer = z
  .object({
    repository: repositoryName,
    revision: z.string().meta({ description: 'The commit that would be fetched.' }),
    type: modelType,
    name: z.string(),
    files: z.array(z.object({ path: z.string(), sizeBytes: count })),
    choices: z.array(z.string()).meta({ description: 'Files of which one must be chosen first.' }),
    totalBytes: count,
    freeBytes: count.meta({ description: 'On the disk that it would go to.' }),
    license: modelLicense,
    gated: z.boolean().meta({ description: 'The hub requires a login that has accepted its terms.' }),
  })
  .meta({ id: 'DownloadOffer', description: 'What a download would fetch, and under which licence.' });
export type DownloadOffer = Wire<typeof downloadOffer>;

const modelDeletion = z
  .object({
    id: deletionId,
    type: modelType,
    name: z.string(),
    sizeBytes: count,
    deletedAt: timestamp,
    keptUntil: timestamp.meta({ description: 'Until then it can be brought back.' }),
  })
  .meta({ id: 'ModelDeletion' });
export type ModelDeletion = Wire<typeof modelDeletion>;

const theDownload = { description: 'The download.', schema: modelDownload };
const gone = { description: 'It is gone.' };

export const modelRoutes = {
  listModels: {
    method: 'get',
    path: '/api/models',
    summary: 'The checkpoints that the operator has installed, or models of another kind',
    query: z.strictObject({ kind: modelKind.optional() }),
    answers: { 200: { description: 'The models, by name.', schema: z.object({ models: z.array(modelRecord) }) } },
  },
  readModelLicense: {
    method: 'get',
    path: '/api/models/{model}/licence',
    summary: 'The licence of a model: its text, the uses that it forbids, and whether the operator has accepted it',
    params: z.object({
      model: z.string().min(1).max(MAX_REPOSITORY_PATH).meta({
        example: 'stable-diffusion-2-1-unclip',
        description: 'What params call it; a slash in it is written as `%2F`.',
      }),
    }),
    query: z.strictObject({
      type: modelType.optional().meta({ description: 'A checkpoint when left out.' }),
    }),
    answers: { 200: { description: 'The licence.', schema: modelLicenseDetail } },
    errors: ['not-found'],
  },
  listInstalledModels: {
    method: 'get',
    path: '/api/models/installed',
    summary: 'All installed models: type, size, precision, family, and whether this program manages them',
    query: z.strictObject({ type: modelType.optional() }),
    answers: {
      200: {
        description: 'The models by type and name, and where downloads go.',
        schema: z.object({
          models: z.array(installedModel),
          types: z.array(modelType).meta({ description: 'All that there can be.' }),
          folder: z.string(),
          freeBytes: count,
        }),
      },
    },
  },
  readModelHealth: {
    method: 'get',
    path: '/api/models/installed/{model}/health',
    summary: 'What a model is made of, and all that is wrong with it',
    description: 'Reads all of its weights on the first request.',
    params: z.object({ model: modelId }),
    answers: { 200: { description: 'The matches.', schema: modelHealth } },
    errors: ['not-found', 'unavailable', 'too-large'],
  },
  readModelThumbnail: {
    method: 'get',
    path: '/api/models/installed/{model}/thumbnail',
    summary: 'The preview image of a model, from its metadata or next to its file',
    params: z.object({ model: modelId }),
    query: thumbnailQuery,
    answers: THUMBNAIL_ANSWERS,
    errors: ['not-found', 'invalid-image', 'unavailable'],
  },
  readDownloadOffer: {
    method: 'post',
    path: '/api/models/offers',
    summary: 'What a download would fetch, and the licence to accept first',
    body: z.strictObject(downloadRequest).meta({ id: 'DownloadOfferRequest' }),
    answers: { 200: { description: 'The offer.', schema: downloadOffer } },
    errors: ['not-found', 'unavailable', 'conflict'],
  },
  startModelDownload: {
    method: 'post',
    path: '/api/models/downloads',
    summary: 'Download a model from the hub',
    description:
      'It continues after an interruption and after a restart of the server. Sizes and digests of all files are verified; the model is listed once it is complete.',
    body: z
      .strictObject({
        ...downloadRequest,
        acceptedLicense: z.string().max(200).meta({ description: '`license.name` of the offer, as it was shown.' }),
      })
      .meta({ id: 'DownloadRequest' }),
    answers: { 201: theDownload },
    errors: ['not-found', 'conflict', 'unavailable', 'store-full'],
  },
  listModelDownloads: {
    method: 'get',
    path: '/api/models/downloads',
    summary: 'The downloads, in the order of their requests',
    answers: { 200: { description: 'The downloads.', schema: z.object({ downloads: z.array(modelDownload) }) } },
  },
  resumeModelDownload: {
    method: 'post',
    path: '/api/models/downloads/{download}/resume',
    summary: 'Continue a failed download',
    params: z.object({ download: downloadId }),
    answers: { 200: theDownload },
    errors: ['not-found', 'conflict', 'store-full'],
  },
  cancelModelDownload: {
    method: 'delete',
    path: '/api/models/downloads/{download}',
    summary: 'Cancel a download, or take an ended one off the list',
    description: 'What has arrived of a model that is not whole is removed; a whole one stays.',
    params: z.object({ download: downloadId }),
    answers: { 204: gone },
    errors: ['not-found', 'store-full'],
  },
  listModelDeletions: {
    method: 'get',
    path: '/api/models/deletions',
    summary: 'Deleted models that can be brought back',
    answers: {
      200: { description: 'The last deleted first.', schema: z.object({ deletions: z.array(modelDeletion) }) },
    },
  },
  deleteModel: {
    method: 'post',
    path: '/api/models/deletions',
    summary: 'Delete a model that this program downloaded',
    description: 'It is kept in a trash folder for 7 days. Models from elsewhere are refused.',
    body: z.strictObject({ model: modelId }).meta({ id: 'DeleteModelRequest' }),
    answers: { 201: { description: 'The deleted items.', schema: modelDeletion } },
    errors: ['not-found', 'conflict', 'store-full'],
  },
  restoreModel: {
    method: 'post',
    path: '/api/models/deletions/{deletion}/restore',
    summary: 'Bring a deleted model back',
    params: z.object({ deletion: deletionId }),
    answers: { 204: { description: 'It is where it was.' } },
    errors: ['not-found', 'conflict', 'store-full'],
  },
  purgeModel: {
    method: 'delete',
    path: '/api/models/deletions/{deletion}',
    summary: 'Remove a deleted model for good',
    params: z.object({ deletion: deletionId }),
    answers: { 204: gone },
    errors: ['not-found', 'store-full'],
  },
} as const satisfies RouteTable;
