/**
 * Which of several equal ways of writing an operation a provider runs right and fast.
 * Group normalization is InstanceNormalization over groups everywhere: no provider tried was faster with another form.
 */
export interface Formulation {
  /** Part of a model's key: graphs of two formulations are two models. */
  readonly name: string;
  /** `mha`: one com.microsoft MultiHeadAttention, which never holds all scores at once. */
  readonly attention: 'mha' | 'decomposed';
  /** `fusedMatMul`: com.microsoft FusedMatMul reads the [out, in] weight as it lies on disk. */
  readonly linear: 'fusedMatMul' | 'matMul';
  readonly silu: 'quickGelu' | 'sigmoid';
  readonly gelu: 'gelu20' | 'erf';
}

export const FORMULATIONS = {
  cpu: { name: 'cpu', attention: 'mha', linear: 'fusedMatMul', silu: 'quickGelu', gelu: 'gelu20' },
  // MultiHeadAttention gave wrong numbers there (4e-2 off), and FusedMatMul falls back to the CPU.
  webgpu: { name: 'webgpu', attention: 'decomposed', linear: 'matMul', silu: 'sigmoid', gelu: 'erf' },
} as const satisfies Readonly<Record<string, Formulation>>;
