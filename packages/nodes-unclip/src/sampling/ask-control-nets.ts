import type { InferenceService } from '../models/inference.js';
import type { ControlNetModel, UnetModel } from '../models/model.js';
import { residualDims, residualNames } from '../models/unet/down-path.js';
import type { UnetPart } from '../models/unet/unet.js';
import type { Control } from '../port-types/conditioning.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

/** A ControlNet that runs together with a UNet for some of its rows. */
export interface ControlQuestion {
  readonly net: ControlNetModel;
  /** One for each of its outputs. */
  readonly scales: Float32Array;
  /** Of the sample; a row may come more than once, with several images. */
  readonly rows: readonly number[];
  /** float32 [rows, 3, H, W], 0..1 */
  readonly hint: Tensor;
}

/** How much of each output of a control net counts. @see diffusers 0.42.1, controlnet.py, ControlNetModel.forward, step 6 */
export function scalesOf({ net, strength, isGuess }: Pick<Control, 'net' | 'strength' | 'isGuess'>): Float32Array {
  const { length } = residualNames(net.config);
  // One that pools has no outer layers to weaken.
  const isWeakened = isGuess && !net.config.poolsGlobally;
  return Float32Array.from(
    { length },
    (_, i) => strength * (isWeakened ? Math.fround(10 ** (i / (length - 1) - 1)) : 1),
  );
}

/** The UNet's inputs, as far as ControlNets need them. */
interface UnetCall {
  readonly unet: UnetModel;
  /** float32 [n, c, h, w] */
  readonly sample: Tensor;
  readonly timestep: Tensor;
  /** float32 [n, t, d] */
  readonly prompt: Tensor;
  readonly part: UnetPart;
}

/**
 * What control nets add to a UNet, summed, by the UNet's names of the inputs; zeros in rows that none of them steers.
 *
 * @throws InferenceError
 */
export async function askControlNets(
  controls: readonly ControlQuestion[],
  call: UnetCall,
  inference: InferenceService,
): Promise<Readonly<Record<string, Tensor>>> {
  const { unet, sample, part } = call;
  const { n = 0, h = 0, w = 0 } = bindDims('ControlNet sample', sample, 'n c h w');
  const dims = residualDims(unet.config, { n, h, w });
  const names = part === 'shallow' ? residualNames(unet.config).slice(0, 1) : residualNames(unet.config);
  const answers: (readonly [ControlQuestion, Readonly<Record<string, Tensor>>])[] = [];
  for (const control of controls) answers.push([control, await askControlNet(control, call, inference)]);
  return Object.fromEntries(
    names.map((name, i) => {
      const [only] = answers;
      const whole = answers.length === 1 && only !== undefined && coversAll(only[0], n) ? only[1][name] : undefined;
      return [name, whole ?? sumRows(dims[i] ?? [], answers, name)];
    }),
  );
}

async function askControlNet(
  { net, scales, rows, hint }: ControlQuestion,
  { sample, timestep, prompt, part }: UnetCall,
  inference: InferenceService,
): Promise<Readonly<Record<string, Tensor>>> {
  const [, , h = 0, w = 0] = sample.dims;
  const [, t = 0] = prompt.dims;
  const isShallow = part === 'shallow';
  const request = net.request({ n: rows.length, h, w, t }, { part: isShallow ? 'shallow' : 'whole' });
  return inference.run(request, {
    ...{ sample: pickRows(sample, rows), hint, scales: tensor([scales.length], scales) },
    ...(isShallow ? {} : { timestep, encoder_hidden_states: pickRows(prompt, rows) }),
  });
}

function coversAll({ rows }: Pick<ControlQuestion, 'rows'>, n: number): boolean {
  return rows.length === n && rows.every((row, i) => row === i);
}

function pickRows(all: Tensor, rows: readonly number[]): Tensor {
  const [n = 1, ...rest] = all.dims;
  if (coversAll({ rows }, n)) return all;
  const size = all.data.length / n;
  const data = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) data.set(all.data.subarray(row * size, (row + 1) * size), i * size);
  return tensor([rows.length, ...rest], data);
}

function sumRows(
  dims: readonly number[],
  answers: readonly (readonly [ControlQuestion, Readonly<Record<string, Tensor>>])[],
  name: string,
): Tensor {
  const sum = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const size = sum.length / (dims[0] ?? 1);
  for (const [{ rows }, { [name]: residual }] of answers) {
    if (residual === undefined) throw new Error(`Internal error: a control net has no output ${name}`);
    for (const [i, row] of rows.entries()) {
      // Both have rows of one size.
      for (let j = 0; j < size; j++)
        sum[row * size + j] = (sum[row * size + j] as number) + (residual.data[i * size + j] as number);
    }
  }
  return tensor(dims, sum);
}
