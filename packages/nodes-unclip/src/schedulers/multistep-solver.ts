import { CallOrder } from './call-order.js';
import type { NoiseLevel, Scheduler, StepArgs } from './scheduler.js';
import { pointAt, type SolverPoint, solverLevel } from './solver-point.js';

export interface MultistepPlan {
  readonly timesteps: readonly number[];
  /** One more than `timesteps`. */
  readonly points: readonly SolverPoint[];
  /** How many predictions a step uses. */
  readonly order: number;
}

/** What the exponential multistep solvers share: their position in the schedule, and their history. */
export abstract class MultistepSolver implements Scheduler {
  readonly initNoiseSigma = 1;
  readonly timesteps: readonly number[];
  readonly levels: readonly NoiseLevel[];
  /** The predictions so far, as many as the order asks for, the newest first. */
  protected history: readonly Float32Array[] = [];
  readonly #plan: MultistepPlan;
  readonly #callOrder = new CallOrder();

  constructor(plan: MultistepPlan) {
    this.#plan = plan;
    this.timesteps = plan.timesteps;
    this.levels = plan.points.map(solverLevel);
  }

  /** The step itself; the calls come in order. */
  protected abstract advance(args: StepArgs): Float32Array;

  step(args: StepArgs): Float32Array {
    this.#callOrder.expect(args.call);
    return this.advance(args);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  snapshot(): readonly Float32Array[] {
    return this.history;
  }

  restore(call: number, memory: readonly Float32Array[]): void {
    this.#callOrder.startAt(call);
    this.history = memory;
  }

  protected remember(prediction: Float32Array): void {
    this.history = [prediction, ...this.history].slice(0, this.#plan.order);
  }

  protected point(index: number): SolverPoint {
    return pointAt(this.#plan.points, index);
  }
}
