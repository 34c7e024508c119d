import type { Reason } from '@unclip-studio/protocol';

/** Something that a param says. */
export type ParamCondition<ParamName extends string = string> = { readonly param: ParamName } & (
  | { readonly is: readonly (string | number | boolean)[] }
  | { readonly isNot: readonly (string | number | boolean)[] }
  | { readonly above: number }
  /** Less than what another param says. */
  | { readonly below: ParamName }
);

/** Values of params that do not go together, or not with what comes in: with all of these at once a node cannot run. */
export interface ParamConflict<InputName extends string = string, ParamName extends string = string> {
  readonly when: readonly ParamCondition<ParamName>[];
  /** And what comes by this input has this trait; see `OutputPort.traits`. */
  readonly input?: { readonly name: InputName; readonly trait: string };
  /** The problem and its solution; `{name}` is replaced by the value of a param. */
  readonly problem: string;
  /** The same as data, with `{name}` in its texts. */
  readonly because?: Reason;
}

/** Whether all of these are so, by the values of a node's params. */
export function holds(conditions: readonly ParamCondition[], params: Readonly<Record<string, unknown>>): boolean {
  return conditions.every((condition) => {
    const value = params[condition.param];
    if ('above' in condition) return typeof value === 'number' && value > condition.above;
    if ('below' in condition) {
      const other = params[condition.below];
      return typeof value === 'number' && typeof other === 'number' && value < other;
    }
    if ('is' in condition) return condition.is.some((one) => one === value);
    return condition.isNot.every((one) => one !== value);
  });
}
