import type { JsonObject } from '../../json-object.js';
import { fileProblems } from '../checkpoint-error.js';
import type { StoredTensor, TensorFile } from '../stored-tensor.js';
import { otherKindIn } from '../weight-kind.js';
import type { ComponentForm } from './component-file.js';
import type { Shapes } from './shapes.js';

// Training programs wrap the weights; the averaged ones are meant to be used.
const PREFIXES = ['', 'params_ema.', 'params.', 'state_dict.'] as const;

/**
 * The form of an ESRGAN or Real-ESRGAN (RRDBNet) in one file: with the names of BasicSR, or with the old ones of ESRGAN,
 * which number the layers.
 *
 * @throws CheckpointError if the file holds another network
 */
export function upscalerFileForm(file: TensorFile): ComponentForm {
  const {
    path,
    header: { tensors },
  } = file;
  const has = (name: string) => tensors.has(name);
  const isNew = PREFIXES.find((start) => has(`${start}conv_first.weight`) && has(`${start}body.0.rdb1.conv1.weight`));
  if (isNew !== undefined) return { prefix: isNew, rename: (own) => own, deriveConfig };
  const isOld = PREFIXES.find(
    (start) => has(`${start}model.0.weight`) && has(`${start}model.1.sub.0.RDB1.conv1.0.weight`),
  );
  if (isOld !== undefined) {
    const names = [...tensors.keys()].filter((name) => name.startsWith(isOld)).map((name) => name.slice(isOld.length));
    const rename = namesFromOld(names);
    return {
      prefix: isOld,
      rename: (own) => own.map((tensor): StoredTensor => ({ ...tensor, name: rename(tensor.name) })),
      deriveConfig: (shapes) => deriveConfig(shapes, rename),
    };
  }
  throw fileProblems(
    path,
    [`expected an ESRGAN or Real-ESRGAN (RRDBNet), got ${otherKindIn(file, 'upscaler') ?? familyOf(has)}`],
    { fault: 'wrong-kind', cure: 'Choose another upscaler, such as RealESRGAN_x4plus or 4x-UltraSharp' },
  );
}

/** What else is found in folders of upscalers. */
function familyOf(has: (name: string) => boolean): string {
  const hasAny = (name: string) => PREFIXES.some((start) => has(start + name));
  if (hasAny('body.0.weight') && hasAny('body.1.weight'))
    return 'a compact Real-ESRGAN (SRVGGNet), which is not supported';
  if (hasAny('patch_embed.norm.weight') || hasAny('layers.0.residual_group.blocks.0.norm1.weight')) {
    return 'a SwinIR, HAT or DAT, which are not supported';
  }
  if (hasAny('model.1.sub.0.conv1x1.weight') || hasAny('model.1.sub.0.RDB1.conv1x1.weight'))
    return 'an ESRGAN+, which is not supported';
  return 'none of its tensors';
}

/** ESRGAN before BasicSR: `model.0`, `model.1.sub.N`, and behind them numbers that skip layers without weights. */
function namesFromOld(names: readonly string[]): (name: string) => string {
  const numbers = (pattern: RegExp) => [...new Set(names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number))];
  const blocks = Math.max(...numbers(/^model\.1\.sub\.(\d+)\.RDB/)) + 1;
  const tail = numbers(/^model\.(\d+)\.weight$/)
    .filter((number) => number !== 0)
    .sort((a, b) => a - b);
  const nameOfTail = (place: number) =>
    place === tail.length - 1 ? 'conv_last' : place === tail.length - 2 ? 'conv_hr' : `conv_up${place + 1}`;
  return (name) => {
    const [, block, dense, layer, leaf] = /^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.(\w+)$/.exec(name) ?? [];
    if (block !== undefined) return `body.${block}.rdb${dense}.conv${layer}.${leaf}`;
    const [, number, end] = /^model\.(\d+)\.(weight|bias)$/.exec(name) ?? [];
    if (number === '0') return `conv_first.${end}`;
    if (number !== undefined) return `${nameOfTail(tail.indexOf(Number(number)))}.${end}`;
    const [, last] = new RegExp(`^model\\.1\\.sub\\.${blocks}\\.(weight|bias)$`).exec(name) ?? [];
    return last === undefined ? name : `conv_body.${last}`;
  };
}

/** @param rename from the names in the file; as they are when left out */
function deriveConfig(shapes: Shapes, rename?: (name: string) => string): JsonObject {
  const found = (name: string) =>
    rename === undefined ? name : (shapes.names().find((old) => rename(old) === name) ?? name);
  const count = (nameOf: (i: number) => string) => shapes.count((i) => found(nameOf(i)));
  return {
    in_channels: shapes.dim(found('conv_first.weight'), 1),
    out_channels: shapes.dim(found('conv_last.weight'), 0),
    features: shapes.dim(found('conv_first.weight'), 0),
    growth: shapes.dim(found('body.0.rdb1.conv1.weight'), 0),
    blocks: count((i) => `body.${i}.rdb1.conv1.weight`),
    upsamplings: count((i) => `conv_up${i + 1}.weight`),
  };
}
