import { type DescribedInput, unreachable } from '@unclip-studio/graph-core';
import Dices from 'lucide-react/icons/dices';
import { randomSeed } from '../document/commands/seeds.js';
import { structureStrings as words } from '../messages/structure-strings.js';
import { IconButton } from '../ui/Button.js';
import { Described } from '../ui/Described.js';
import { CheckpointField } from './CheckpointField.js';
import { ChoiceField } from './ChoiceField.js';
import { FormerCheckpoints } from './FormerCheckpoints.js';
import { ImageField } from './ImageField.js';
import { NumberField } from './NumberField.js';
import { readTypedSeed } from './read-typed.js';
import { SwitchField } from './SwitchField.js';
import { TextField } from './TextField.js';
import { TypedNumber } from './TypedNumber.js';

export interface FormFieldProps {
  readonly input: DescribedInput;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One input of the workflow with the field that its kind needs, and what it is for. */
export function FormField({ input, value, onChange }: FormFieldProps) {
  return (
    <div className="form-field" data-input={input.name}>
      <Described text={input.help} className="form-help">
        {input.param.kind === 'image' && <p className="form-label">{input.label}</p>}
        <div className="param form-param" data-kind={input.param.kind}>
          {fieldOf({ input, value, onChange })}
        </div>
        {input.param.kind === 'checkpoint' && (
          <FormerCheckpoints
            params={{ [input.name]: input.param }}
            values={{ [input.name]: value }}
            onReplace={(_, replacement) => onChange(replacement)}
          />
        )}
      </Described>
    </div>
  );
}

function fieldOf({ input: { label, param }, value, onChange }: FormFieldProps) {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return <NumberField label={label} param={param} value={Number(value)} onChange={onChange} />;
    case 'seed':
      return (
        <>
          <span className="param-label">{label}</span>
          <TypedNumber label={label} value={value} read={(typed) => readTypedSeed(param, typed)} onCommit={onChange} />
          <IconButton label={words.newSeed} onClick={() => onChange(randomSeed())}>
            <Dices size={16} />
          </IconButton>
        </>
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
      return <CheckpointField label={label} model={param.model} value={String(value)} onChange={onChange} />;
    default:
      return unreachable(param);
  }
}
