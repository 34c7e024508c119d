import { z } from 'zod';
import type { Wire } from './wire.js';

const name = z.string();
const whole = z.int();
const side = whole.meta({ description: 'In pixels.' });

/** What is wrong with a file of a model, which also says what to do about it. */
const modelFault = z.enum([
  'lfs-pointer',
  'web-page',
  'server-message',
  'archive',
  'gguf',
  'pickles-off',
  'damaged',
  'missing',
  'not-readable',
  'wrong-kind',
  'other-model',
  'not-supported',
  'config-needed',
]);

const aboutModels = [
  z.object({
    code: z.literal('model-file'),
    file: name,
    fault: modelFault,
    detail: name.meta({ description: 'The first of its problems, in English.' }),
    more: whole.meta({ description: 'How many other problems it has.' }),
  }),
  z.object({ code: z.literal('model-parts-missing'), parts: z.array(name) }),
  z.object({
    code: z.literal('made-for-other-model'),
    kind: z.enum([
      'controlnet',
      'ip-adapter',
      'embedding',
      'image-embeds',
      'image-encoder',
      'latent',
      'prior',
      'prompt',
    ]),
    name: name.optional(),
    model: name,
  }),
  z.object({
    code: z.literal('model-cannot'),
    model: name,
    what: z.enum(['upscale', 'read-text', 'see-images', 'take-embeds', 'inpaint', 'be-a-prior']),
  }),
  z.object({
    code: z.literal('models-not-mergeable'),
    why: z.enum(['shapes', 'prediction', 'dora', 'ip-adapter', 'drives', 'nothing-left']),
    model: name.optional(),
  }),
  z.object({
    code: z.literal('download-refused'),
    why: z.enum(['limit', 'several-files', 'not-failed', 'already-downloading', 'name-taken', 'linked-folder']),
    name,
  }),
  z.object({
    code: z.literal('deletion-refused'),
    why: z.enum(['not-downloaded', 'not-in-trash', 'name-taken']),
    name,
  }),
  z.object({
    code: z.literal('hub'),
    fault: z.enum([
      'login',
      'not-found',
      'busy',
      'refused',
      'connection-lost',
      'not-a-hub',
      'no-model',
      'no-such-file',
      'damaged',
      'address',
      'no-size',
    ]),
    at: name.meta({ description: 'A repository, a file or an address.' }),
  }),
] as const;

const aboutNodes = [
  z.object({
    code: z.literal('input-missing'),
    input: z.enum([
      'image',
      'image-encoder',
      'mask',
      'latent',
      'embed',
      'two-embeds',
      'condition',
      'model',
      'third-model',
    ]),
  }),
  z.object({ code: z.literal('not-connected'), input: z.enum(['unet', 'text', 'vae']) }),
  z.object({
    code: z.literal('setting-range'),
    setting: name,
    value: z.number(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.object({
    code: z.literal('settings-without-effect'),
    settings: z.array(name),
    choice: name.meta({ description: 'The choice with which they have none, such as a scheduler.' }),
  }),
  z.object({ code: z.literal('settings-exclude-each-other'), settings: z.array(name) }),
  z.object({ code: z.literal('no-steps-left'), steps: whole }),
  z.object({ code: z.literal('steps-not-possible'), scheduler: name, steps: whole }),
  z.object({ code: z.literal('weights-sum-to-zero') }),
  z.object({ code: z.literal('weights-negative') }),
  z.object({ code: z.literal('widths-differ'), of: z.enum(['embeds', 'prompts']), widths: z.array(whole) }),
  z.object({ code: z.literal('batches-differ'), expected: whole, got: whole }),
  z.object({
    code: z.literal('sizes-differ'),
    of: z.enum(['frames', 'mask', 'latent', 'noise']),
    width: whole.meta({ description: 'In pixels; of noise, in cells of the latent.' }),
    height: whole,
    otherWidth: whole,
    otherHeight: whole,
  }),
  z.object({
    code: z.literal('result-too-large'),
    widthPx: side,
    heightPx: side,
    maxSidePx: side,
    maxMegapixels: z.number().optional(),
  }),
  z.object({ code: z.literal('image-too-small'), widthPx: side, heightPx: side, minSidePx: side }),
  z.object({ code: z.literal('crop-outside'), widthPx: side, heightPx: side }),
  z.object({ code: z.literal('end-before-start') }),
  z.object({ code: z.literal('area-empty') }),
  z.object({ code: z.literal('image-not-covered'), step: whole }),
  z.object({
    code: z.literal('prompt-limit'),
    of: z.enum(['nesting', 'characters', 'choices', 'texts']),
    limit: whole,
  }),
  z.object({ code: z.literal('wildcard-not-found'), name, known: z.array(name) }),
  z.object({ code: z.literal('wildcard-line'), line: whole }),
  z.object({ code: z.literal('webp-depth') }),
  z.object({ code: z.literal('image-not-signed'), detail: name }),
  z.object({ code: z.literal('plugin-failed'), plugin: name, detail: name }),
] as const;

/** What nodes and workers report while a run continues. */
const aboutNotices = [
  z.object({
    code: z.literal('lora-layers-left-out'),
    lora: name,
    layer: name.meta({ description: 'The first of them.' }),
    more: whole.meta({ description: 'How many others there are.' }),
  }),
  z.object({
    code: z.literal('embedding-left-out'),
    name,
    model: name.optional().meta({ description: 'The model it does not fit; left out if there is no such embedding.' }),
  }),
  z.object({ code: z.literal('span-empty'), of: z.enum(['ip-adapter', 'controlnet']), at: z.number() }),
  z.object({ code: z.literal('vae-of-other-family'), vae: name, family: name }),
  z.object({
    code: z.literal('memory-short'),
    solution: z
      .enum(['decoded-in-tiles', 'encoded-in-tiles', 'upscaled-in-tiles', 'fewer-rows', 'fewer-queries', 'cpu'])
      .meta({ description: 'How the run continues.' }),
  }),
  z.object({
    code: z.literal('device-failed'),
    detail: name.meta({ description: 'Which one and why, in English.' }),
    next: z.enum(['cpu', 'float32', 'tried-again']),
  }),
  z.object({ code: z.literal('preview-decoder-missing') }),
  z.object({ code: z.literal('preview-decoder-failed'), detail: name }),
] as const;

const aboutFiles = [
  z.object({ code: z.literal('image-changed'), image: name }),
  z.object({ code: z.literal('image-path'), image: name }),
  z.object({ code: z.literal('image-not-a-file'), image: name }),
  z.object({ code: z.literal('image-file-size'), sizeBytes: whole, limitBytes: whole }),
  z.object({ code: z.literal('animation-size'), widthPx: side, heightPx: side, maxMegapixels: z.number() }),
  z.object({ code: z.literal('too-many-files'), limit: whole }),
  z.object({ code: z.literal('no-file-sent') }),
  z.object({ code: z.literal('file-not-stored') }),
  z.object({
    code: z.literal('comfyui-file'),
    fault: z.enum(['empty', 'own-workflow', 'other-json', 'not-json', 'too-large']),
  }),
] as const;

const aboutRequests = [
  z.object({
    code: z.literal('not-found'),
    what: z.enum(['address', 'preview', 'receipt', 'revision', 'template', 'share-link', 'shared-image', 'name']),
    name: name.optional(),
  }),
  z.object({ code: z.literal('link-only-shows') }),
  z.object({ code: z.literal('link-input-too-open'), input: name }),
  z.object({ code: z.literal('workflow-too-large'), nodes: whole, limit: whole }),
  z.object({ code: z.literal('not-indexed'), models: z.array(name) }),
  z.object({
    code: z.literal('search-term'),
    term: name,
    fault: z.enum(['quote', 'no-value', 'number', 'unknown', 'choice', 'date', 'range']),
    known: z.array(name).optional(),
  }),
  z.object({
    code: z.literal('fetch'),
    fault: z.enum(['address', 'password', 'private', 'redirects', 'too-large', 'connection-lost', 'status']),
    address: name,
    status: whole.optional(),
  }),
] as const;

/**
 * Why something failed or was refused: a code with the values of its sentence. It stands beside the sentence in English, so
 * that a client can say the same in another language; a code that a client does not know is no mistake.
 */
const reasons = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('image-not-chosen') }),
    z.object({ code: z.literal('image-not-found'), image: name }),
    z.object({ code: z.literal('image-not-stored'), image: name }),
    z.object({ code: z.literal('image-format') }),
    z.object({ code: z.literal('image-damaged'), format: name }),
    z.object({ code: z.literal('image-animated'), frames: whole }),
    z.object({
      code: z.literal('image-dimensions'),
      widthPx: whole,
      heightPx: whole,
      maxMegapixels: z.number(),
      maxSidePx: whole,
    }),
    z.object({ code: z.literal('file-too-large') }),
    z.object({ code: z.literal('upload-too-large'), limitBytes: whole }),
    z.object({
      code: z.literal('model-not-found'),
      type: name.meta({ description: 'The type of the model, as lists of models have it.' }),
      name,
    }),
    z.object({ code: z.literal('licence-not-accepted'), models: z.array(name) }),
    z.object({ code: z.literal('licence-not-read'), repository: name, licence: name }),
    z.object({ code: z.literal('model-no-room'), neededBytes: whole, freeBytes: whole }),
    z.object({ code: z.literal('model-gone') }),
    z.object({ code: z.literal('out-of-memory'), model: name }),
    z.object({ code: z.literal('memory-freed') }),
    z.object({ code: z.literal('not-finite') }),
    z.object({ code: z.literal('disk-full') }),
    z.object({ code: z.literal('storage-full'), storage: name }),
    z.object({ code: z.literal('storage-unreachable') }),
    z.object({ code: z.literal('queue-full'), limit: whole }),
    z.object({ code: z.literal('workers-unreachable') }),
    z.object({ code: z.literal('run-not-found') }),
    z.object({ code: z.literal('run-not-queued') }),
    z.object({ code: z.literal('run-not-ended') }),
    z.object({ code: z.literal('workflow-not-found'), name }),
    z.object({ code: z.literal('workflow-changed'), name }),
    z.object({ code: z.literal('image-deleted') }),
    z.object({ code: z.literal('link-limit'), limit: z.enum(['runs', 'uploads']), perHour: whole, waitSeconds: whole }),
    z.object({ code: z.literal('link-busy'), limit: whole }),
    z.object({ code: z.literal('link-other-files'), names: z.array(name) }),
    z.object({ code: z.literal('link-without-workflow') }),
    z.object({ code: z.literal('too-many-links'), limit: whole }),
    z.object({ code: z.literal('not-signed-in') }),
    z.object({ code: z.literal('wrong-token') }),
    z.object({ code: z.literal('too-many-requests'), limit: whole, seconds: whole }),
    z.object({ code: z.literal('server-busy') }),
    z.object({ code: z.literal('took-too-long'), seconds: z.number() }),
    z.object({ code: z.literal('server-error') }),
    ...aboutModels,
    ...aboutNodes,
    ...aboutNotices,
    ...aboutFiles,
    ...aboutRequests,
  ])
  .meta({ id: 'Reason', description: 'What the sentence beside it says, as a code and its values.' });

export type Reason = Wire<typeof reasons>;

type Parsed = z.output<typeof reasons>;

/** With a name: written out in the type of each route that has it, it would be longer than the compiler takes. */
export interface ReasonSchema extends z.ZodType<Parsed, Parsed> {}

export const reason: ReasonSchema = reasons;
