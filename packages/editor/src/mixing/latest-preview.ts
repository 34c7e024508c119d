import type { OutputRecord, ServerEvent } from '@unclip-studio/protocol';
import type { RunsApi, StartRequest } from '../api/runs.js';
import type { Running } from '../session/running/running.js';

// The server takes ten changes a second from one client; a start and a cancel are two.
const MIN_INTERVAL_MS = 250;

export interface LatestPreviewOptions {
  readonly running: Pick<Running, 'onEvent' | 'onPreview'>;
  readonly client: Pick<RunsApi, 'start' | 'cancel'>;
  /** A half-done image, while the run is under way. */
  readonly onPreview: (image: Blob) => void;
  readonly onImage: (output: OutputRecord) => void;
  readonly onProblem: (error: unknown) => void;
}

/** Runs only the latest request: each start cancels the run before, and requests in between are skipped. */
export class LatestPreview {
  readonly #options: LatestPreviewOptions;
  readonly #stops: readonly (() => void)[];
  #wanted: StartRequest | undefined;
  #runId: string | undefined;
  /** Events that came while a start was not answered yet: the run in them may be ours. */
  #early: ServerEvent[] | undefined;
  #isBusy = false;
  #isClosed = false;
  /** Nothing is requested any more, including the result of a start in progress. */
  #isCalledOff = false;
  #number = 0;

  constructor(options: LatestPreviewOptions) {
    this.#options = options;
    this.#stops = [
      options.running.onEvent((event) => {
        if (this.#early !== undefined) this.#early.push(event);
        this.#take(event);
      }),
      options.running.onPreview(({ runId, mime, bytes }) => {
        if (runId === this.#runId) options.onPreview(new Blob([bytes.slice()], { type: mime }));
      }),
    ];
  }

  show(request: StartRequest): void {
    this.#wanted = request;
    this.#isCalledOff = false;
    if (!this.#isBusy) void this.#work();
  }

  /** Cancels the active run and shows nothing of it. */
  callOff(): void {
    this.#wanted = undefined;
    this.#isCalledOff = true;
    this.#cancel();
  }

  /** Cancels the active run, for good. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.callOff();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let request = this.#wanted; request !== undefined && !this.#isClosed; request = this.#wanted) {
      this.#wanted = undefined;
      this.#cancel();
      const pause = new Promise((resolve) => setTimeout(resolve, MIN_INTERVAL_MS));
      try {
        this.#early = [];
        const run = await this.#options.client.start(request, `${START_OF_KEY}-${this.#number++}`);
        this.#runId = run.id;
        if (this.#isCalledOff) this.#cancel();
        else for (const event of this.#early) this.#take(event);
      } catch (error) {
        if (!this.#isCalledOff) this.#options.onProblem(error);
      } finally {
        this.#early = undefined;
      }
      await pause;
    }
    this.#isBusy = false;
  }

  #take(event: ServerEvent): void {
    if (event.type === 'outputs-made' && event.runId === this.#runId) this.#tell(event.outputs[0]);
    if (event.type !== 'run-changed' || event.run.id !== this.#runId || !isOver(event.run.state)) return;
    // It is done, so there is nothing to cancel any more.
    this.#runId = undefined;
    this.#tell(event.run.outputs[0]);
  }

  #tell(output: OutputRecord | undefined): void {
    if (output !== undefined) this.#options.onImage(output);
  }

  #cancel(): void {
    const id = this.#runId;
    this.#runId = undefined;
    // It may have ended by itself meanwhile.
    if (id !== undefined) void this.#options.client.cancel(id).catch(() => undefined);
  }
}

const START_OF_KEY = `mix-${[...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16)).join('')}`;

function isOver(state: string): boolean {
  return state !== 'queued' && state !== 'running';
}
