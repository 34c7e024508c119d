import { canonicalJson } from '@unclip-studio/graph-core';
import { StoredFormError } from '../port-types/stored-arrays.js';
import type { RandomStream } from '../random/random-stream.js';
import type { Scheduler } from '../schedulers/scheduler.js';
import type { Tensor } from '../tensor/tensor.js';
import { type DenoiseRequest, denoise, isDeepCall } from './denoise.js';
import { contentOfGuides, type Guides } from './guides.js';
import { encodeSamplingState, restoreSamplingState, type SamplingStates } from './sampling-states.js';

// A crash costs at most a tenth of the work; saving so few states costs almost nothing compared with a UNet's step.
const STATES_A_RUN = 10;

export interface ResumeOptions {
  /** Where states are left and found; every run starts from the beginning when left out. */
  readonly states: SamplingStates | undefined;
  /** The stream that `randn` of the request draws from. It ends where an undisturbed run would have left it. */
  readonly generator: RandomStream;
  /**
   * What decides the result besides the request's own numbers: model and scheduler settings, as JSON. Settings of what
   * leads later stay out, so that runs which part only then share the states before.
   */
  readonly decidedBy: unknown;
}

/**
 * Denoises like {@link denoise}, to the same bytes, and saves a state now and then; an interrupted run continues from
 * its last one. Schedulers that cannot save their history save none.
 */
export async function denoiseResumably(options: ResumeOptions, request: DenoiseRequest): Promise<Tensor> {
  const { states, generator } = options;
  const { scheduler, later, deepEvery = 1 } = request;
  if (states === undefined || scheduler.snapshot === undefined) return denoise(request);
  const arithmetic = await states.arithmetic?.();
  const name = nameStates(states, { ...options, arithmetic }, request);
  let isSameArithmetic = true;
  const calls = scheduler.timesteps.length;
  const interval = deepEvery * Math.ceil(calls / STATES_A_RUN / deepEvery);
  if (states.lookUp !== undefined) {
    const left = Array.from({ length: calls }, (_, call) => call).filter(
      (call) => call > 0 && (call % interval === 0 || call === later?.fromCall),
    );
    await states.lookUp(left.map(name));
  }
  const { call: first, latents } = await findState(states, { name, calls, generator, request });
  return denoise({
    ...request,
    latents,
    scheduler: fromCall(scheduler, first),
    earlierCalls: first,
    steps: {
      count: request.steps?.count ?? calls,
      calls: request.steps?.calls ?? calls,
      stepOf: (call) => request.steps?.stepOf(call + first) ?? call + first,
    },
    ...(later === undefined ? {} : { later: { ...later, fromCall: later.fromCall - first } }),
    async predict(question) {
      const predicted = await request.predict(question);
      // After a device has failed the states are neither the one's nor the other's.
      isSameArithmetic &&= (await states.arithmetic?.()) === arithmetic;
      return predicted;
    },
    onStep(step, _, current) {
      const done = first + step;
      request.onStep?.(done, calls, current);
      // Where the ways part, others may begin too. The last state is the result, which is kept as such.
      if ((done % interval !== 0 && done !== later?.fromCall) || done === calls) return;
      // The cached deep layers are not part of a state. A state named only after the first settings must also suit runs
      // that continue with it.
      const fromCall = done === later?.fromCall ? undefined : later?.fromCall;
      if (!isSameArithmetic || !isDeepCall(done, { deepEvery, fromCall })) return;
      const value = encodeSamplingState({ latents: current, scheduler, generator });
      if (value !== undefined) states.write(name(done), value);
    },
  });
}

/** The name of the state before a call: all inputs, the initial position in the stream, and the call. */
function nameStates(
  states: SamplingStates,
  options: ResumeOptions & { readonly arithmetic: string | undefined },
  request: DenoiseRequest,
): (call: number) => string {
  const { generator, decidedBy, arithmetic } = options;
  const { latents, later, kept } = request;
  const { state, others = [] } = generator.state();
  const tensors = [latents, ...(kept === undefined ? [] : [kept.original])];
  const settings = [
    decidedBy,
    [state, ...others].map(({ engine, keptNormal }) => [engine, keptNormal]),
    kept !== undefined,
    tensors.map(({ dims }) => dims),
    arithmetic ?? '',
  ];
  const arrays = [...tensors.map(({ data }) => data), ...(kept === undefined ? [] : [kept.noise, kept.mask])];
  const run = states.nameOf(canonicalJson([settings, nameGuides(states, request.guides)]), arrays);
  const led =
    later === undefined ? run : states.nameOf(`${run} ${later.fromCall} ${nameGuides(states, later.guides)}`, []);
  // Later settings have not affected earlier steps.
  return (call) => states.nameOf(`${call <= (later?.fromCall ?? 0) ? run : led} ${call}`, []);
}

function nameGuides(states: SamplingStates, guides: Guides): string {
  const { json, arrays } = contentOfGuides(guides);
  return states.nameOf(canonicalJson(json), arrays);
}

interface Search {
  readonly name: (call: number) => string;
  readonly calls: number;
  readonly generator: RandomStream;
  readonly request: DenoiseRequest;
}

/** The latest state that is whole, or the beginning. */
async function findState(states: SamplingStates, { name, calls, generator, request }: Search) {
  const { scheduler, latents } = request;
  for (let call = calls - 1; call > 0; call--) {
    const at = name(call);
    const stored = states.has(at) ? await states.read(at) : undefined;
    if (stored === undefined) continue;
    try {
      return { call, latents: restoreSamplingState(stored, { call, scheduler, generator }) };
    } catch (error) {
      // Left by another version; an earlier state, or none, does as well.
      if (!(error instanceof StoredFormError)) throw error;
    }
  }
  return { call: 0, latents };
}

/** The rest of a scheduler, as if it began at a call. */
function fromCall(scheduler: Scheduler, first: number): Scheduler {
  if (first === 0) return scheduler;
  return {
    timesteps: scheduler.timesteps.slice(first),
    levels: scheduler.levels.slice(first),
    initNoiseSigma: scheduler.initNoiseSigma,
    scaleModelInput: (sample, call) => scheduler.scaleModelInput(sample, call + first),
    step: (args) => scheduler.step({ ...args, call: args.call + first }),
  };
}
