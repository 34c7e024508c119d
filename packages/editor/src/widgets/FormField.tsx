import type { DescribedInput } from '@unclip-studio/graph-core';
import { Described } from '../ui/Described.js';
import { FormerCheckpoints } from './FormerCheckpoints.js';
import { widgetFor } from './registry.js';

export interface FormFieldProps {
  readonly input: DescribedInput;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One input of the workflow with the field for its kind, and its help. */
export function FormField({ input, value, onChange }: FormFieldProps) {
  const { name, label, param } = input;
  const { Field, isUnlabelled } = widgetFor(param);
  return (
    <div className="form-field" data-input={name}>
      <Described text={input.help} className="form-help">
        {isUnlabelled && <p className="form-label">{label}</p>}
        <div className="param form-param" data-kind={param.kind}>
          <Field name={name} label={label} param={param} value={value} onChange={onChange} />
        </div>
        {param.kind === 'checkpoint' && (
          <FormerCheckpoints
            params={{ [name]: param }}
            values={{ [name]: value }}
            onReplace={(_, replacement) => onChange(replacement)}
          />
        )}
      </Described>
    </div>
  );
}
