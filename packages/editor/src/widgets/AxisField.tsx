import type { TextParam } from '@unclip-studio/graph-core';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { axisChoices } from './axis-choices.js';
import { ChoiceField } from './ChoiceField.js';
import type { FieldProps } from './field.js';
import { TextField } from './TextField.js';

/** The param that a sweep varies, chosen from those of all nodes that it reads. */
export function AxisField(props: FieldProps<TextParam, string>) {
  const { node } = props;
  // A form knows no nodes.
  return node === undefined ? <TextField {...props} /> : <Choice {...props} sweep={node} />;
}

function Choice({ sweep, label, value, onChange }: FieldProps<TextParam, string> & { readonly sweep: string }) {
  const { catalog } = useSession();
  const nodes = useDocument((document) => document.nodes);
  const { options, labels } = axisChoices(nodes, catalog, sweep);
  return <ChoiceField label={label} options={['', ...options]} labels={labels} value={value} onChange={onChange} />;
}
