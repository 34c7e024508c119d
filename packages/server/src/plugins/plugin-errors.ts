/** A plug-in failed, or cannot be used; the message names it. */
export class PluginError extends Error {
  override readonly name = 'PluginError';

  constructor(plugin: string, problem: string, options: ErrorOptions = {}) {
    super(`Plug-in ${plugin}: ${problem}`, options);
  }
}
