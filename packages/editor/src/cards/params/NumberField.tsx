import { type CSSProperties, type KeyboardEvent, useRef, useState } from 'react';
import { strings } from '../../strings.js';
import { stopPointer } from '../../ui/stop-pointer.js';
import { fromSlider, type NumericParam, rounded, stepOf, toSlider, withinLimits } from './slider-scale.js';

export interface NumberFieldProps {
  readonly label: string;
  readonly param: NumericParam;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

const SLIDER_STEPS = 1000;

/** A number by slider or by typing; arrows change it by a step, with Shift by ten. */
export function NumberField({ label, param, value, onChange }: NumberFieldProps) {
  const place = toSlider(param, value);
  const style: CSSProperties & Record<'--place', string> = { '--place': `${place * 100}%` };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    onChange(rounded(param, value + direction * stepOf(param) * (event.shiftKey ? 10 : 1)));
  };
  return (
    <>
      <span className="param-label">{label}</span>
      <input
        type="range"
        className="slider"
        style={style}
        aria-label={label}
        aria-valuetext={String(value)}
        min={0}
        max={SLIDER_STEPS}
        value={Math.round(place * SLIDER_STEPS)}
        onPointerDown={stopPointer}
        onKeyDown={onKeyDown}
        onChange={(event) => onChange(fromSlider(param, Number(event.target.value) / SLIDER_STEPS))}
      />
      <TypedNumber
        label={strings.param.value(label)}
        value={value}
        unit={param.unit}
        onCommit={(typed) => onChange(withinLimits(param, typed))}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp' || event.key === 'ArrowDown') onKeyDown(event);
        }}
      />
    </>
  );
}

export interface TypedNumberProps {
  readonly label: string;
  readonly value: number;
  readonly unit?: string | undefined;
  readonly onCommit: (value: number) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** A number as a text; what was typed counts on Enter and when the field is left. */
export function TypedNumber({ label, value, unit, onCommit, onKeyDown }: TypedNumberProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  // Leaving the field commits, also right after Escape has given up what was typed, before anything is drawn again.
  const latest = useRef<string | undefined>(undefined);
  const type = (text: string | undefined) => {
    latest.current = text;
    setTyped(text);
  };
  const commit = () => {
    const text = latest.current?.trim().replace(',', '.') ?? '';
    if (text !== '' && Number.isFinite(Number(text))) onCommit(Number(text));
    type(undefined);
  };
  return (
    <span className="typed-number">
      <input
        type="text"
        inputMode="decimal"
        aria-label={label}
        value={typed ?? String(value)}
        onPointerDown={stopPointer}
        onFocus={(event) => event.target.select()}
        onChange={(event) => type(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          else if (event.key === 'Escape') type(undefined);
          else onKeyDown?.(event);
        }}
      />
      {unit !== undefined && <span className="unit">{unit}</span>}
    </span>
  );
}
