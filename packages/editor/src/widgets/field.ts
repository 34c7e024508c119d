import type { Param } from '@unclip-studio/graph-core';

/** What a field is given, on a card and on a form alike. */
export interface FieldProps<P extends Param, Value> {
  /** The param's key. */
  readonly name: string;
  readonly label: string;
  readonly param: P;
  readonly value: Value;
  /** The card that contains it; none in a form. */
  readonly node?: string | undefined;
  readonly onChange: (value: unknown) => void;
}
