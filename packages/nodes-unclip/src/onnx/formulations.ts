/**
 * Which of several equivalent implementations of an operation a provider computes correctly and fast. Group
 * normalization is InstanceNormalization over groups everywhere: no tested provider was faster with another form.
 */
export interface Formulation {
  /** Part of a model's key: graphs of two formulations are two models. */
  readonly name: string;
  /** `mha`: one com.microsoft MultiHeadAttention, which never holds all scores at once. */
  readonly attention: 'mha' | 'decomposed';
  /** Attention never has as many queries as heads: where it would, one more is computed and thrown away. */
  readonly queriesUnlikeHeads?: true;
  /** Of scores that are in memory at once, where attention is decomposed: queries are taken in parts. All when left out. */
  readonly maxScoreBytes?: number;
  /** `fusedMatMul`: com.microsoft FusedMatMul reads the [out, in] weight as stored on disk. */
  readonly linear: 'fusedMatMul' | 'matMul';
  /**
   * Convolutions of 3x3 are computed by Winograd's algorithm from so many channels on, in maps of at least this side: below, making
   * weights and tiles ready costs more than the products that are spared. None are when left out.
   */
  readonly winograd?: { readonly channels: number; readonly side: number };
  /**
   * Graphs may be finished with sizes that are known at run time only, see `FinishOptions`; of maps and tokens, those from so many
   * values on: the smaller ones of a UNet need the memory of the larger ones as well.
   */
  readonly sizesAtRunTime?: { readonly values: number };
  readonly silu: 'quickGelu' | 'sigmoid';
  readonly gelu: 'gelu20' | 'erf';
  /**
   * `stored`: rows are read from the table as stored on disk, half or float; `float`: from one converted to float
   * before.
   */
  readonly embedding: 'stored' | 'float';
  /**
   * What time and class give is computed by a graph of its own in float32, and fed to this one: in bfloat16 timestep 481 is 480,
   * which makes the error of a UNet six times as large.
   */
  readonly timeApart?: true;
  /**
   * What values between inputs and outputs, which are always float32, are computed in. A graph for bfloat16 is written in
   * float32; the runtime rounds where it gains by it.
   */
  readonly precision: 'float32' | 'float16' | 'bfloat16';
}

/** The type of floats in a graph. */
export function writtenIn({ precision }: Formulation): 'float32' | 'float16' {
  return precision === 'float16' ? 'float16' : 'float32';
}

const cpu = {
  name: 'cpu',
  attention: 'mha',
  linear: 'fusedMatMul',
  // Measured with the UNet of SD 2.1, see docs/decisions/0366.
  winograd: { channels: 640, side: 16 },
  sizesAtRunTime: { values: 2 ** 22 },
  silu: 'quickGelu',
  gelu: 'gelu20',
  embedding: 'stored',
  precision: 'float32',
} as const;

const webgpu = {
  name: 'webgpu',
  attention: 'decomposed',
  // Devices bind at least 128 MiB at once, and beyond their limit ONNX Runtime's softmax on WebGPU is silently wrong.
  maxScoreBytes: 100e6,
  linear: 'matMul',
  silu: 'sigmoid',
  gelu: 'erf',
  embedding: 'float',
  precision: 'float32',
} as const;

const { winograd: _, sizesAtRunTime: __, ...direct } = cpu;

export const FORMULATIONS = {
  cpu,
  // CUDA's libraries choose the algorithm of a convolution themselves. It has the CPU's name, since all else is the same.
  cuda: direct,
  // FusedMatMul falls back to the CPU there. On a software Vulkan MultiHeadAttention gave wrong numbers (4e-2 off), so
  // each device is tested with it and without.
  webgpuFused: { ...webgpu, name: 'webgpu-fused', attention: 'mha' },
  webgpu,
  // Not fused: what a kernel adds up in, and whether its scores stay in range, only plain operations say.
  half: { ...webgpu, name: 'half', precision: 'float16' },
  // For OpenVINO on the CPU, which chooses the algorithm of a convolution itself. In bfloat16 version 2026.4 mixes up heads and queries
  // where there are as many of one as of the other (errors of 30 to 90 %).
  openvino: { ...direct, name: 'openvino', queriesUnlikeHeads: true, timeApart: true, precision: 'bfloat16' },
} as const satisfies Readonly<Record<string, Formulation>>;
