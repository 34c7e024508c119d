import { parseLink, type TextParam } from '@unclip-studio/graph-core';
import { type EditorCatalog, titleOfParam } from '../catalog/definitions.js';
import type { Nodes } from '../document/links.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
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

/** The params that a sweep can vary, nearest nodes first, as `node.param` with words to show. */
function axisChoices(
  nodes: Nodes,
  catalog: EditorCatalog,
  sweep: string,
): { readonly options: readonly string[]; readonly labels: Readonly<Record<string, string>> } {
  const labels: Record<string, string> = { '': texts.structure.axisNone };
  const options: string[] = [];
  const seen = new Set([sweep]);
  for (const id of seen) {
    for (const link of Object.values(nodes[id]?.inputs ?? {})) {
      const source = parseLink(link)?.node;
      if (source !== undefined && Object.hasOwn(nodes, source)) seen.add(source);
    }
    if (id === sweep) continue;
    const definition = catalog.types.get(nodes[id]?.type ?? '');
    for (const name of Object.keys(definition?.params ?? {})) {
      const place = `${id}.${name}`;
      options.push(place);
      labels[place] = titleOfParam(catalog, nodes, { node: id, name });
    }
  }
  return { options, labels };
}
