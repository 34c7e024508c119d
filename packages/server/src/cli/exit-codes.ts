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

/** The request is invalid and nothing was run. Ends the command with exit code 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  /** All that is wrong, a sentence or two each. */
  readonly problems: readonly string[];

  /** @param heading what the problems are about, when there may be several */
  constructor(problems: readonly string[], heading?: string) {
    super(
      heading === undefined ? problems.join('\n') : [heading, ...problems.map((problem) => `- ${problem}`)].join('\n'),
    );
    this.problems = problems;
  }
}
