import type { Reason } from '@unclip-studio/protocol';

/** A plug-in failed, or cannot be used; the message names it. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly subject: string;
  readonly problem: string;
  readonly because: Reason;

  /** @param subject name of the plug-in */
  constructor(subject: string, problem: string, options: ErrorOptions = {}) {
    super(`Plug-in ${subject}: ${problem}`, options);
    this.subject = subject;
    this.problem = problem;
    this.because = { code: 'plugin-failed', plugin: subject, detail: problem };
  }
}
