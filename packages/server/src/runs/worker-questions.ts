import type { FromWorker, RunOrder } from '@unclip-studio/protocol';
import type { RunNeeds } from './run-needs.js';
import type { RunPlace } from './run-place.js';

type Answer = Extract<FromWorker, { readonly type: 'forecast' | 'forecast-problems' | 'described' }>;
type ForecastAnswer = Exclude<Answer, { readonly type: 'described' }>;

/** What an image shows: a direction, quantized, and the identity of the checkpoint that looked. */
export interface ImageDescription {
  readonly model: string;
  readonly vector: Int8Array;
}

/** Questions to the worker that are not about the course of a run. */
export interface WorkerQuestions {
  /** What a run would do. `undefined`: the worker did not answer in time. */
  forecast(order: RunOrder, needs: RunNeeds): Promise<ForecastAnswer | undefined>;
  /** See `RunService.describe`. */
  describe(sha256: string, checkpoints: readonly string[]): Promise<ImageDescription | undefined>;
  answer(answer: Answer): void;
  /** There is no answer any more. */
  close(): void;
}

// A worker inside native code cannot answer before the step is done; a forecast is not worth waiting that long.
const FORECAST_PATIENCE_MS = 1_500;
// The largest encoder takes a second or two, and up to ten to load.
const DESCRIBE_PATIENCE_MS = 60_000;

export function createWorkerQuestions(send: RunPlace['send']): WorkerQuestions {
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let lastRequest = 0;

  async function ask(patienceMs: number, put: (request: number) => void): Promise<Answer | undefined> {
    const request = ++lastRequest;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer | undefined>((resolve) => {
      open.set(request, resolve);
      timer = setTimeout(() => resolve(undefined), patienceMs).unref();
      put(request);
    });
    clearTimeout(timer);
    open.delete(request);
    return answer;
  }

  return {
    async forecast(order, needs) {
      const answer = await ask(FORECAST_PATIENCE_MS, (request) => send({ type: 'forecast', request, order }, needs));
      if (answer?.type === 'described') throw unexpected(answer);
      return answer;
    },
    async describe(sha256, checkpoints) {
      const answer = await ask(DESCRIBE_PATIENCE_MS, (request) =>
        send({ type: 'describe', request, sha256, checkpoints }),
      );
      if (answer === undefined) return undefined;
      if (answer.type !== 'described') throw unexpected(answer);
      const { model, vector } = answer;
      return model === undefined || vector === undefined ? undefined : { model, vector };
    },
    answer(answer) {
      open.get(answer.request)?.(answer);
    },
    close() {
      for (const resolve of open.values()) resolve(undefined);
    },
  };
}

function unexpected({ type }: Answer): Error {
  return new Error(`Internal error: the worker answers another question, by ${type}`);
}
