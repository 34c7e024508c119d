import { fitsInto, type InferenceService, isOutOfMemory, leaveFullDevice } from '../models/inference.js';
import type { UnetModel } from '../models/model.js';
import type { UnetPart } from '../models/unet/unet.js';
import { concatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { askControlNets, type ControlQuestion } from './ask-control-nets.js';
import { joinChannels, UNET_MAP } from './unet-map.js';
import type { UnetQuestion } from './unet-question.js';

/**
 * Calls a UNet. Rows of many images that would exceed the memory budget are split in halves. If memory runs out, attention
 * processes fewer queries at a time; then the rows are split in halves from then on; the results are the same except for
 * the order of sums. If a single row is too much, the next device is used.
 *
 * Caches the output of the deep layers at calls that request it.
 *
 * @returns from inputs to float32 [n, c, h, w]: the noise, or whatever the model was trained to predict
 */
export function createUnetPredictor(
  unet: UnetModel,
  inference: InferenceService,
): (question: UnetQuestion) => Promise<Tensor> {
  const kept = new Map<string, Tensor>();
  let keptAt = -1;
  return async ({ deep: wanted, memory, ...question }) => {
    const slot = memory?.slot ?? '';
    const known = kept.get(slot);
    if (wanted === 'reuse' && known === undefined && memory === undefined) {
      throw new Error('Internal error: no deep features were kept');
    }
    // A prompt that begins to steer between two calls that keep something has nothing to be reused.
    const deep = wanted === 'reuse' && known === undefined ? 'keep' : wanted;
    const asked: Question = {
      ...question,
      part: deep === undefined ? 'whole' : deep === 'keep' ? 'keeping' : 'shallow',
      ...(deep === 'reuse' ? { deep: known } : {}),
    };
    const answer = await askWithin(unet, inference, asked);
    if (wanted === 'keep' && memory !== undefined && memory.call !== keptAt) {
      // Output of other prompts at earlier calls is too old, and a run that continues from here does not have it.
      kept.clear();
      keptAt = memory.call;
    }
    if (answer.deep !== undefined) kept.set(slot, answer.deep);
    return answer.predicted;
  };
}

interface Question extends Omit<UnetQuestion, 'deep' | 'memory'> {
  readonly part: UnetPart;
  /** For the shallow part: float32 [n, c, h, w]. */
  readonly deep?: Tensor | undefined;
}

interface Answer {
  readonly predicted: Tensor;
  readonly deep?: Tensor | undefined;
}

async function askWithin(unet: UnetModel, inference: InferenceService, question: Question): Promise<Answer> {
  const { n = 0 } = bindDims('UNet sample', question.sample, `n ${unet.latents.channels} h w`);
  const tooLarge = tooLargeFor(inference);
  const key = [unet.identity, ...question.sample.dims].join(' ');
  const isTooLarge = tooLarge.get(key) ?? exceedsBudget(unet, inference, question);
  if (isTooLarge && !tooLarge.has(key)) {
    inference.notice?.(
      `The UNet processes ${middleOf(n)} rows at a time instead of ${n}, since all of them would not fit into memory.`,
      { code: 'memory-short', solution: 'fewer-rows' },
    );
  }
  tooLarge.set(key, isTooLarge);
  if (n > 1 && isTooLarge) return askInHalves(unet, inference, question);
  try {
    return await ask(unet, inference, question);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    if (await inference.takeFewerQueries?.()) return askWithin(unet, inference, question);
    if (n > 1) {
      tooLarge.set(key, true);
      inference.notice?.(`Out of memory, so the UNet now processes ${middleOf(n)} rows at a time instead of ${n}.`, {
        code: 'memory-short',
        solution: 'fewer-rows',
      });
      return askInHalves(unet, inference, question);
    }
    if (!leaveFullDevice(inference)) throw error;
    return askWithin(unet, inference, question);
  }
}

// What could not be held once is not tried again at each step. By UNet and shape.
const TOO_LARGE = new WeakMap<InferenceService, Map<string, boolean>>();

function tooLargeFor(inference: InferenceService): Map<string, boolean> {
  const known = TOO_LARGE.get(inference) ?? new Map();
  TOO_LARGE.set(inference, known);
  return known;
}

// A graph is built only to find out its size: not for what a few images take, which start without a delay.
const FEW_ROWS = 8;

/** Whether all rows at once exceed the memory budget, and fewer would not. */
function exceedsBudget(unet: UnetModel, inference: InferenceService, question: Question): boolean {
  const { sample, guides, part, controls } = question;
  const [n = 0, , h = 0, w = 0] = sample.dims;
  const t = guides['encoder_hidden_states']?.dims[1] ?? 0;
  const fits = fitsInto(inference);
  return isSplit(n, (rows) => fits(unet.request({ n: rows, h, w, t }, { part, takesControl: controls !== undefined })));
}

function isSplit(n: number, fits: (rows: number) => boolean): boolean {
  return n > FEW_ROWS && !fits(n) && fits(1);
}

/** The rows of the calls that {@link createUnetPredictor} makes for `n` rows, unless memory runs out. */
export function rowsOfCalls(n: number, fits: (rows: number) => boolean): readonly number[] {
  if (!isSplit(n, fits)) return [n];
  const middle = middleOf(n);
  return [...rowsOfCalls(middle, fits), ...rowsOfCalls(n - middle, fits)];
}

function middleOf(n: number): number {
  return Math.ceil(n / 2);
}

async function askInHalves(unet: UnetModel, inference: InferenceService, question: Question): Promise<Answer> {
  const { sample, guides, deep, controls } = question;
  const [n = 0] = sample.dims;
  const middle = middleOf(n);
  const ask = (from: number, to: number) =>
    askWithin(unet, inference, {
      ...question,
      sample: rowsOf(sample, from, to),
      guides: Object.fromEntries(Object.entries(guides).map(([name, rows]) => [name, rowsOf(rows, from, to)])),
      ...(deep === undefined ? {} : { deep: rowsOf(deep, from, to) }),
      ...(controls && { controls: controls.flatMap((control) => controlWithin(control, { from, to })) }),
    });
  const [first, second] = [await ask(0, middle), await ask(middle, n)];
  const predicted = concatRows('UNet result', [first.predicted, second.predicted]);
  if (first.deep === undefined || second.deep === undefined) return { predicted };
  return { predicted, deep: concatRows('UNet deep features', [first.deep, second.deep]) };
}

/** What a control adds to some rows, which are counted from the first of them; nothing if it steers none of them. */
function controlWithin(
  { rows, hint, ...control }: ControlQuestion,
  { from, to }: { readonly from: number; readonly to: number },
): readonly ControlQuestion[] {
  const inside = rows.flatMap((row, i) =>
    row >= from && row < to ? [{ row: row - from, hint: rowsOf(hint, i, i + 1) }] : [],
  );
  if (inside.length === 0) return [];
  const hints = concatRows(
    'control image',
    inside.map((one) => one.hint),
  );
  return [{ ...control, rows: inside.map(({ row }) => row), hint: hints }];
}

function rowsOf({ dims, data }: Tensor, from: number, to: number): Tensor {
  const [n = 1, ...rest] = dims;
  const size = data.length / n;
  return tensor([to - from, ...rest], data.slice(from * size, to * size));
}

async function ask(
  unet: UnetModel,
  inference: InferenceService,
  { sample, timestep: time, guides, part, deep, controls }: Question,
): Promise<Answer> {
  const { n = 0, h = 0, w = 0 } = bindDims('UNet sample', sample, `n ${unet.latents.channels} h w`);
  const { encoder_hidden_states: prompt, [UNET_MAP]: map, ...others } = guides;
  if (prompt === undefined) throw new Error('Internal error: the UNet is called without a prompt');
  const { t = 0 } = bindDims('UNet prompt', prompt, `${n} t ${unet.config.crossAttentionDim}`);
  const timestep = tensor([1], Float32Array.of(time));
  const residuals = controls && (await askControlNets(controls, { unet, sample, timestep, prompt, part }, inference));
  const answer = await inference.run(unet.request({ n, h, w, t }, { part, takesControl: controls !== undefined }), {
    ...{ sample: map === undefined ? sample : joinChannels(sample, map), timestep, ...residuals },
    ...{ encoder_hidden_states: prompt, ...others },
    ...(deep === undefined ? {} : { deep }),
  });
  const { out_sample: predicted } = answer;
  if (predicted === undefined) throw new Error('Internal error: the UNet has no output out_sample');
  return { predicted, deep: answer['deep'] };
}
