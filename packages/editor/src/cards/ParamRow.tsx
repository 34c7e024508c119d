import { isSeed, type Param, type Seed, unreachable } from '@unclip-studio/graph-core';
import { memo } from 'react';
import { togglePin } from '../document/commands/inputs.js';
import { setParam } from '../document/commands/params.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Described } from '../ui/Described.js';
import { AxisField } from '../widgets/AxisField.js';
import { CheckpointField } from '../widgets/CheckpointField.js';
import { ChoiceField } from '../widgets/ChoiceField.js';
import { ImageField } from '../widgets/ImageField.js';
import { NumberField } from '../widgets/NumberField.js';
import { ParamPin } from '../widgets/ParamPin.js';
import { PicturesField } from '../widgets/PicturesField.js';
import { SeedField } from '../widgets/SeedField.js';
import { SwitchField } from '../widgets/SwitchField.js';
import { TextField } from '../widgets/TextField.js';

export interface ParamRowProps {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly value: unknown;
  readonly height: number;
  /** The connected input that decides instead of a seed. */
  readonly unusedBy?: string | undefined;
}

/** One param of a card, with the field that its kind needs. */
export const ParamRow = memo(function ParamRow({ node, name, param, value, height, unusedBy }: ParamRowProps) {
  const { store } = useSession();
  const label = param.label ?? name;
  const names = param.kind === 'text' ? param.names : undefined;
  const hints = [
    ...(unusedBy === undefined ? [] : [strings.param.seedUnused(unusedBy)]),
    param.help,
    ...(param.kind === 'seed' ? [strings.param.seedRange] : []),
  ];
  const onChange = (next: unknown) => {
    setParam(store, { node, name, param, value: next });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears a key of the field inside
    <div
      className="param"
      onKeyDown={(event) => {
        if (!event.altKey || event.code !== 'KeyP') return;
        event.preventDefault();
        togglePin(store, { node, name, label });
      }}
      data-kind={param.kind}
      data-param={name}
      data-unused={unusedBy !== undefined || undefined}
      style={{ height }}
      data-tip={[label, ...hints].join('\n')}
    >
      <ParamPin node={node} name={name} label={label} />
      <Described text={hints.join('\n')}>
        {names === 'param' && <AxisField node={node} label={label} value={String(value)} onChange={onChange} />}
        {names === 'image' && <PicturesField label={label} value={String(value)} onChange={onChange} />}
        {names === undefined && fieldOf({ node, name, param, value, label, onChange })}
      </Described>
    </div>
  );
});

interface FieldInput {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly value: unknown;
  readonly label: string;
  readonly onChange: (value: unknown) => void;
}

// A file may hold a value of another kind; validation says so, and the field shows it as a text.
function fieldOf({ node, name, param, value, label, onChange }: FieldInput) {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return <NumberField label={label} param={param} value={Number(value)} onChange={onChange} />;
    case 'seed':
      return (
        <SeedField node={node} name={name} label={label} param={param} value={shownSeed(value)} onChange={onChange} />
      );
    case 'boolean':
      return <SwitchField label={label} value={value === true} onChange={onChange} />;
    case 'text':
      return <TextField label={label} param={param} value={String(value)} onChange={onChange} />;
    case 'choice':
      return <ChoiceField label={label} options={param.options} value={String(value)} onChange={onChange} />;
    case 'image':
      return <ImageField label={label} value={String(value)} onChange={onChange} />;
    case 'checkpoint':
      return (
        <CheckpointField label={label} model={param.model} value={String(value)} node={node} onChange={onChange} />
      );
    default:
      return unreachable(param);
  }
}

function shownSeed(value: unknown): Seed {
  return isSeed(value) ? value : String(value);
}
