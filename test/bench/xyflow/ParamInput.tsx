import type { Param } from '@unclip-studio/graph-core';

export interface ParamInputProps {
  readonly name: string;
  readonly param: Param;
  readonly value: unknown;
  readonly height: number;
}

/** One param as the browser's own field, without a slider, a tip or a change of anything. */
export function ParamInput({ name, param, value, height }: ParamInputProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field comes from the function below
    <label className="param" style={{ height }}>
      <span>{param.label ?? name}</span>
      {fieldOf(param, value)}
    </label>
  );
}

function fieldOf(param: Param, value: unknown) {
  switch (param.kind) {
    case 'number':
    case 'integer':
    case 'seed':
      return <input type="number" defaultValue={String(value)} />;
    case 'boolean':
      return <input type="checkbox" defaultChecked={value === true} />;
    case 'choice':
      return (
        <select defaultValue={String(value)}>
          {param.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      );
    case 'text':
      return param.multiline ? (
        <textarea defaultValue={String(value)} />
      ) : (
        <input type="text" defaultValue={String(value)} />
      );
    case 'image':
    case 'checkpoint':
      return <button type="button">Choose</button>;
  }
}
