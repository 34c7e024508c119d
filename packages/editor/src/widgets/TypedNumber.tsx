import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useStore } from 'zustand/react';
import { useUiStore } from '../session/session.js';
import { useDescription } from '../ui/Described.js';
import { isComposing } from '../ui/keys.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { TypedResult } from './read-typed.js';

export interface TypedNumberProps<Value> {
  readonly label: string;
  readonly value: Value;
  readonly unit?: string | undefined;
  readonly read: (typed: string) => TypedResult<Value>;
  readonly onCommit: (value: Value) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** For a field without a slider, which screen readers then treat as a number in this range. */
  readonly range?: { readonly min: number; readonly max: number };
}

/**
 * A number as text; it is applied on Enter and when the field is left. An invalid text stays in the field with the
 * reason, and nothing runs until it is corrected, discarded with Escape, or the value changes otherwise.
 */
export function TypedNumber<Value>(props: TypedNumberProps<Value>) {
  const { label, value, unit, read, onCommit, onKeyDown, range } = props;
  const ui = useUiStore();
  const decimals = useStore(ui, (state) => state.decimals);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const id = useId();
  const description = useDescription(problem === undefined ? undefined : id);
  // Leaving the field commits, also right after Escape has discarded the text, before anything is rendered again.
  const latest = useRef<string | undefined>(undefined);

  const tell = (reason: string | undefined) => {
    setProblem(reason);
    const { [id]: before, ...others } = ui.getState().refusedFields;
    if (reason !== undefined) ui.setState({ refusedFields: { ...others, [id]: `${label}: ${reason}` } });
    else if (before !== undefined) ui.setState({ refusedFields: others });
  };
  const type = (text: string | undefined) => {
    latest.current = text;
    setTyped(text);
  };
  const giveUp = () => {
    type(undefined);
    tell(undefined);
  };
  /** @returns whether the field shows what the document holds */
  const commit = (): boolean => {
    const text = latest.current?.trim() ?? '';
    const result = text === '' ? undefined : read(text);
    if (result?.ok === false) {
      tell(result.problem);
      return false;
    }
    giveUp();
    if (result !== undefined) onCommit(result.value);
    return true;
  };

  // Undone, or set by the slider: the typed text belongs to another value.
  const shown = useRef(value);
  useEffect(() => {
    if (Object.is(shown.current, value)) return;
    shown.current = value;
    giveUp();
  });
  useEffect(
    () => () => {
      const { [id]: left, ...others } = ui.getState().refusedFields;
      if (left !== undefined) ui.setState({ refusedFields: others });
    },
    [id, ui],
  );

  return (
    <span className="typed-number">
      <input
        type="text"
        inputMode="decimal"
        {...(range && {
          role: 'spinbutton',
          'aria-valuemin': range.min,
          'aria-valuemax': range.max,
          'aria-valuenow': Number(value),
        })}
        aria-label={label}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={description}
        data-shows-document={typed === undefined || undefined}
        value={typed ?? shortened(value, decimals)}
        onPointerDown={stopPointer}
        onFocus={(event) => {
          if (problem === undefined) event.target.select();
        }}
        onChange={(event) => {
          type(event.target.value);
          tell(undefined);
        }}
        onBlur={commit}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          // Ctrl+Enter must not run with the value before.
          if (event.key === 'Enter' && !commit()) event.preventDefault();
          else if (event.key === 'Escape') giveUp();
          else if (event.key !== 'Enter') onKeyDown?.(event);
        }}
      />
      {unit !== undefined && <span className="unit">{unit}</span>}
      {problem !== undefined && (
        <span id={id} className="typed-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

/** A number with as many digits as the user wants to see; what is not a number, such as a seed's digits, as it is. */
function shortened(value: unknown, decimals: number | undefined): string {
  return typeof value === 'number' && decimals !== undefined ? String(Number(value.toFixed(decimals))) : String(value);
}
