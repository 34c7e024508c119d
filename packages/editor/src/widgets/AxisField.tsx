import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { axisChoices } from './axis-choices.js';
import { ChoiceField } from './ChoiceField.js';

export interface AxisFieldProps {
  /** The sweep. */
  readonly node: string;
  readonly label: string;
  /** `node.param`, or nothing. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The param that a sweep varies, chosen from those of all nodes that it reads. */
export function AxisField({ node, label, value, onChange }: AxisFieldProps) {
  const { catalog } = useSession();
  const nodes = useDocument((document) => document.nodes);
  const { options, labels } = axisChoices(nodes, catalog, node);
  return <ChoiceField label={label} options={['', ...options]} labels={labels} value={value} onChange={onChange} />;
}
