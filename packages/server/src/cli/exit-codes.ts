/** What the command's exit code says; scripts rely on it. */
export const EXIT = {
  done: 0,
  runFailed: 1,
  /** Bad workflow or bad usage: nothing was run. */
  badInput: 2,
  /** A mistake of the program, as `EX_SOFTWARE` of sysexits.h. */
  unexpected: 70,
  cancelled: 130,
} as const;
