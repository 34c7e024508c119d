/** What the command's exit code says; scripts rely on it. */
export const EXIT = {
  done: 0,
  runFailed: 1,
  /** Bad workflow or bad usage: nothing was run. */
  badInput: 2,
  cancelled: 130,
} as const;
