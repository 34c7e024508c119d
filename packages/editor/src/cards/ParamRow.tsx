import { type Param, parseLink } from '@unclip-studio/graph-core';
import { memo } from 'react';
import { longText } from '../catalog/card-layout.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { togglePin } from '../document/commands/inputs.js';
import { setParam } from '../document/commands/params.js';
import type { WorkflowDocument } from '../document/document.js';
import { texts } from '../messages/texts.js';
import { type EditorSession, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { Described } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { ParamPin } from '../widgets/ParamPin.js';
import { widgetFor } from '../widgets/registry.js';
import { CardText } from './CardText.js';

export interface ParamRowProps {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly value: unknown;
  readonly height: number;
  /** The connected input that decides instead of a seed. */
  readonly decidedBy?: string | undefined;
}

/** One param of a card, with the field that its kind needs. */
export const ParamRow = memo(function ParamRow({ node, name, param, value, height, decidedBy }: ParamRowProps) {
  const session = useSession();
  const { store } = session;
  const origin = useDocument((document) =>
    decidedBy === undefined ? undefined : seedOrigin(document, session.catalog, node),
  );
  const label = param.label ?? name;
  const { Field, hint } = widgetFor(param);
  const text = longText(param, value);
  const hints = [
    ...(decidedBy === undefined
      ? []
      : [texts.param.seedUnused(origin === undefined ? decidedBy : titleOf(session, origin))]),
    param.help,
    ...(hint === undefined ? [] : [hint()]),
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
      data-unused={decidedBy !== undefined || undefined}
      style={{ height }}
      data-tip={[label, ...hints].join('\n')}
    >
      <ParamPin node={node} name={name} label={label} />
      <Described text={hints.join('\n')}>
        {origin === undefined ? (
          <Field node={node} name={name} label={label} param={param} value={value} onChange={onChange} />
        ) : (
          <span className="param-label">{label}</span>
        )}
      </Described>
      {origin !== undefined && (
        <Button
          variant="bare"
          className="seed-origin"
          tip={texts.param.goToSeed}
          onPointerDown={stopPointer}
          onClick={() => {
            session.ui.setState({ selection: new Set([origin]) });
            session.canvas.current?.fit([origin]);
          }}
        >
          {texts.param.seedFrom(titleOf(session, origin))}
        </Button>
      )}
      {text !== undefined && <CardText text={text} height={height} />}
    </div>
  );
});

/** The node whose seed is used instead of the node's own: the first of the random stream. */
function seedOrigin({ nodes }: WorkflowDocument, catalog: EditorCatalog, node: string): string | undefined {
  let origin = node;
  const seen = new Set<string>();
  while (!seen.has(origin)) {
    seen.add(origin);
    const input = catalog.types.get(nodes[origin]?.type ?? '')?.seedFrom?.input ?? '';
    const source = parseLink(nodes[origin]?.inputs?.[input] ?? '')?.node;
    if (source === undefined || nodes[source] === undefined) break;
    origin = source;
  }
  return origin === node ? undefined : origin;
}

function titleOf({ catalog, store }: EditorSession, id: string): string {
  const node = store.document.nodes[id];
  return node?.title ?? catalog.types.get(node?.type ?? '')?.title ?? id;
}
