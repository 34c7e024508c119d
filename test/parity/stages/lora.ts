import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  decodeFloats,
  type Factor,
  matchLora,
  type TextModel,
  type UnetModel,
  type WeightAdapter,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks, expectRefusal } from '../compare.js';
import { openAnyGoldenCheckpoint, openGoldenModel } from '../golden-checkpoint.js';
import { type GoldenCase, type GoldenSet, GoldenSetError } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

interface AppliedLora {
  readonly file: string;
  readonly scale: number;
}

/** What LoRAs add to weights, and what the UNet and the text encoder make with them. */
export const lora: ParityStage = {
  stage: 'lora',
  async run(goldenCase, set) {
    const { unet, text } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const loras = goldenCase.params['loras'] as readonly AppliedLora[];
    if (goldenCase.error !== null) return expectRefusal(goldenCase, () => withLoras(set, { unet, text }, loras));
    const adapted = await withLoras(set, { unet, text }, loras);
    return compare(goldenCase, set, adapted);
  },
  close: () => sessions.close(),
};

type Deltas = Map<string, Float32Array>;

/** Applies LoRAs one after the other, as the node does. */
export async function withLoras(
  set: GoldenSet,
  models: { readonly unet: UnetModel; readonly text: TextModel },
  loras: readonly AppliedLora[],
): Promise<{ readonly unet: UnetModel; readonly text: TextModel; readonly deltas: Deltas }> {
  let { unet, text } = models;
  const deltas: Deltas = new Map();
  for (const { file: path, scale: strength } of loras) {
    const file = await openGoldenModel(set, 'lora', path);
    const targets = { ...models, textWidth: unet.config.crossAttentionDim };
    const weights = await matchLora(file, targets);
    unet = unet.adapt({ identity: file.identity, strength, weights: weights.unet });
    text = text.adapt({ identity: file.identity, strength, weights: weights.text });
    addDeltas(deltas, 'unet', weights.unet, strength);
    addDeltas(deltas, 'text_encoder', weights.text, strength);
  }
  return { unet, text, deltas };
}

async function compare(
  goldenCase: GoldenCase,
  set: GoldenSet,
  { unet, text, deltas }: Awaited<ReturnType<typeof withLoras>>,
): Promise<CaseResult> {
  const checks = new CaseChecks(goldenCase, set);
  for (const name of Object.keys(goldenCase.outputs)) {
    if (!name.startsWith('delta.')) continue;
    const delta = deltas.get(name.slice('delta.'.length));
    if (delta === undefined) checks.fail(`${name}: nothing is added to it`);
    else checks.output(name, delta);
  }
  if (goldenCase.outputs['text_last_hidden_state'] !== undefined) {
    const { last_hidden_state: states } = await sessions.run(text.request(), { input_ids: idsOf(goldenCase, set) });
    checks.output('text_last_hidden_state', states?.data ?? [], { dims: states?.dims ?? [] });
  }
  if (goldenCase.outputs['unet_out'] === undefined) return checks.result();
  const input = (name: string) => tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
  const sample = input('sample');
  const prompt = promptOf(goldenCase, set);
  const [n = 0, , h = 0, w = 0] = sample.dims;
  const { out_sample: predicted } = await sessions.run(unet.request({ n, h, w, t: prompt.dims[1] ?? 0 }), {
    sample,
    timestep: tensor([1], Float32Array.of(Number(goldenCase.params['timestep']))),
    encoder_hidden_states: prompt,
  });
  return checks.output('unet_out', predicted?.data ?? [], { dims: predicted?.dims ?? [] }).result();
}

function idsOf(goldenCase: GoldenCase, set: GoldenSet) {
  const { dims, data } = set.input(goldenCase, 'ids');
  return { dtype: 'int64', dims, data: BigInt64Array.from([...data].map(BigInt)) } as const;
}

/** The text states are those of the case without LoRA. */
function promptOf(goldenCase: GoldenCase, set: GoldenSet): Tensor {
  const key = goldenCase.params['encoder_hidden_states'];
  const name = 'encoder_hidden_states';
  for (const other of typeof key === 'string' ? set.cases : [goldenCase]) {
    if (other.file !== goldenCase.file) continue;
    for (const refs of [other.inputs, other.outputs]) {
      const ref = refs[name];
      if (ref === undefined || (typeof key === 'string' && ref.key !== key)) continue;
      const { dims, data } = refs === other.inputs ? set.input(other, name) : set.output(other, name);
      return tensor(dims, data as Float32Array);
    }
  }
  throw new GoldenSetError(`${goldenCase.id}: no encoder_hidden_states`);
}

function addDeltas(to: Deltas, component: string, weights: ReadonlyMap<string, WeightAdapter>, strength: number): void {
  for (const [path, adapter] of weights) {
    const name = `${component}.${path.replace(/^text_model\./, '')}`;
    const delta = deltaOf(adapter, strength);
    const known = to.get(name);
    to.set(name, known === undefined ? delta : known.map((value, i) => value + (delta[i] as number)));
  }
}

/** scale * up @ down, as the set has it. */
function deltaOf(adapter: WeightAdapter, strength: number): Float32Array {
  if (adapter.kind !== 'low-rank' || adapter.mid !== null) throw new Error(`the set has no adapter ${adapter.kind}`);
  const [up, down] = [floats(adapter.up), floats(adapter.down)];
  const rank = adapter.down.dims[0] ?? 0;
  const [rows, columns] = [up.length / rank, down.length / rank];
  const scale = adapter.scale * strength;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += (up[row * rank + r] as number) * (down[r * columns + column] as number);
    return sum * scale;
  });
}

function floats({ elementType, data }: Factor): Float32Array {
  const dtypes = { float32: 'F32', float16: 'F16', bfloat16: 'BF16', float64: 'F64' } as const;
  const decoded = decodeFloats(dtypes[elementType as keyof typeof dtypes], data);
  if (decoded === null) throw new Error(`no floats of the type ${elementType}`);
  return decoded;
}
