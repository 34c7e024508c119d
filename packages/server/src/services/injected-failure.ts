import type { InjectedFailure } from './ort-sessions.js';

/**
 * Makes models fail as a device does, so that what is done about it can be tried without one that is broken.
 *
 * @param text `CALL KEY MESSAGE`: of the models whose keys begin with KEY, the run of this number in this process fails with the
 *   message, as in `5 unet device lost`; with `*` for the number each of them does
 */
export function readInjectedFailure(text: string): InjectedFailure {
  const [, call = '', key = '', message = ''] = /^(\d+|\*) (\S+) (.+)$/.exec(text) ?? [];
  if (message === '') throw new Error(`Internal error: "${text}" is not an injected failure`);
  let runs = 0;
  return (modelKey) => {
    if (!modelKey.startsWith(key)) return undefined;
    runs++;
    return call === '*' || runs === Number(call) ? new Error(message) : undefined;
  };
}
