/** What was asked for cannot be done as it stands; nothing was run. Ends the command with exit code 2. */
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
