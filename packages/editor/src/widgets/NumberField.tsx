import type { CSSProperties, KeyboardEvent } from 'react';
import { texts } from '../messages/texts.js';
import { useUiStore } from '../session/session.js';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { FieldProps } from './field.js';
import { readTypedNumber } from './read-typed.js';
import { fromSlider, type NumericParam, rounded, stepOf, toSlider } from './slider-scale.js';
import { TypedNumber } from './TypedNumber.js';

const SLIDER_STEPS = 1000;

/** A number by slider or by typing; arrows change it by a step, with Shift by ten. */
export function NumberField({ label, param, value, onChange }: FieldProps<NumericParam, number>) {
  const description = useDescription();
  const ui = useUiStore();
  const place = toSlider(param, value);
  const style: CSSProperties & Record<'--place', string> = { '--place': `${place * 100}%` };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    onChange(rounded(param, value + direction * stepOf(param) * (event.shiftKey ? 10 : 1) * ui.getState().arrowSteps));
  };
  return (
    <>
      <span className="param-label">{label}</span>
      <input
        type="range"
        className="slider"
        style={style}
        aria-label={label}
        aria-describedby={description}
        aria-valuetext={String(value)}
        min={0}
        max={SLIDER_STEPS}
        value={Math.round(place * SLIDER_STEPS)}
        onPointerDown={stopPointer}
        onKeyDown={onKeyDown}
        onChange={(event) => onChange(fromSlider(param, Number(event.target.value) / SLIDER_STEPS))}
      />
      <TypedNumber
        label={texts.param.value(label)}
        value={value}
        unit={param.unit}
        read={(typed) => readTypedNumber(param, typed)}
        onCommit={onChange}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp' || event.key === 'ArrowDown') onKeyDown(event);
        }}
      />
    </>
  );
}
