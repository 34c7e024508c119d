/** What a step of sampling gets to see: an image by the model, none at all, or one by the linear map. */
export type PreviewChoice = 'decode' | 'skip' | 'linear';

export interface PreviewPaceOptions {
  /** Whether it is left to the pace if the model is worth its time; otherwise it is used as often as the time allows. */
  readonly isAuto: boolean;
  /** In milliseconds, as `performance.now`. */
  now(): number;
}

/** Decides for which steps of sampling a preview may be decoded by a model, so that sampling is hardly slower for it. */
export interface PreviewPace {
  /**
   * Called once per step.
   *
   * @param sampling names the node's run that the step belongs to
   * @param cells of the latent that would be decoded
   */
  choose(sampling: string, cells: number): PreviewChoice;
  /** Called with the duration of decoding; loading the model, once for each size of latents, does not count. */
  spent(cells: number, costMs: number): void;
}

/** Of the time that sampling takes. It is saved up for an image while previews are left out. */
const SHARE = 0.05;
// What an image is taken to cost until one was made.
const FIRST_GUESS_MS = 100;
// By default, the model is used if it makes an image at each third step or each second; otherwise the linear map shows
// more.
const AUTO_STEPS = 3;
const AUTO_INTERVAL_MS = 1_000;
// Pauses between runs save up for nothing, and long steps for one image or two.
const MOST_SAVED_IMAGES = 2;

export function createPreviewPace({ isAuto, now }: PreviewPaceOptions): PreviewPace {
  let sampling: string | undefined;
  let hasDecoded = false;
  let lastMs = 0;
  let stepMs: number | undefined;
  let msPerCell: number | undefined;
  let savedMs = FIRST_GUESS_MS;
  /** Decided once for each sampling, so that previews do not flicker between the two. */
  let isWorthIt: boolean | undefined;

  function noteStep(current: string): void {
    const nowMs = now();
    if (current === sampling) {
      stepMs = Math.max(0, nowMs - lastMs);
      savedMs += SHARE * stepMs;
    } else {
      hasDecoded = false;
      stepMs = undefined;
      isWorthIt = undefined;
    }
    sampling = current;
    lastMs = nowMs;
  }

  function judge(costMs: number): boolean {
    if (!isAuto || msPerCell === undefined || stepMs === undefined) return true;
    isWorthIt ??= costMs / SHARE <= Math.max(AUTO_STEPS * stepMs, AUTO_INTERVAL_MS);
    return isWorthIt;
  }

  return {
    choose(current, cells) {
      noteStep(current);
      const costMs = msPerCell === undefined ? FIRST_GUESS_MS : msPerCell * cells;
      savedMs = Math.min(savedMs, MOST_SAVED_IMAGES * costMs);
      if (!judge(costMs)) return 'linear';
      if (savedMs >= costMs) return 'decode';
      return hasDecoded ? 'skip' : 'linear';
    },
    spent(cells, costMs) {
      hasDecoded = true;
      // The first one was a guess, and the next begins to save up from nothing.
      savedMs = msPerCell === undefined ? 0 : Math.max(0, savedMs - costMs);
      msPerCell = costMs / cells;
      // The next step begins now.
      lastMs = now();
    },
  };
}
