import { CARD, portLooks } from '@unclip-studio/editor/catalog';
import { createPreviewBus } from '@unclip-studio/editor/live';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo, useCallback } from 'react';
import { type CardData, type CardNode, catalog } from './graph.js';
import { ParamInput } from './ParamInput.js';

export const previews = createPreviewBus();

/** A card with the ports, params and image area which the editor's card of the same node has, in plain elements. */
export const Card = memo(function Card({ id, data, selected }: NodeProps<CardNode>) {
  const { node, definition, layout } = data;
  return (
    <article className={selected ? 'card is-selected' : 'card'} data-node-id={id}>
      <header className="header">
        <button type="button" aria-label="Collapse">
          ▾
        </button>
        <span className="title">{definition.title}</span>
        <button type="button" aria-label="Menu">
          …
        </button>
      </header>
      <Ports side="input" data={data} />
      <Ports side="output" data={data} />
      <div className="parts nodrag" style={{ marginTop: layout.portRows * CARD.portRow + CARD.padding }}>
        {layout.parts.map((part) => {
          if (part.kind === 'images' || part.kind === 'pad') {
            return <Image key={part.kind} id={id} height={part.height} />;
          }
          if (part.kind === 'more') {
            return (
              <button key=" more" type="button" className="more" style={{ height: part.height }}>
                {part.names.length} more
              </button>
            );
          }
          const param = definition.params[part.name];
          if (param === undefined) return null;
          const value = node.params?.[part.name] ?? param.default;
          return <ParamInput key={part.name} name={part.name} param={param} value={value} height={part.height} />;
        })}
      </div>
    </article>
  );
});

function Ports({ side, data }: { readonly side: 'input' | 'output'; readonly data: CardData }) {
  const isInput = side === 'input';
  return Object.entries(data.definition[`${side}s`]).map(([name, port]) => {
    const top = data.layout.socket(side, name)?.y ?? 0;
    return (
      <div key={name} className={`port ${side}`} style={{ top }}>
        <Handle
          id={name}
          type={isInput ? 'target' : 'source'}
          position={isInput ? Position.Left : Position.Right}
          className="socket"
          style={{ background: portLooks(port.type, catalog).colour }}
        />
        <span>{name}</span>
      </div>
    );
  });
}

/** A canvas which the previews are painted on, past React, as in the editor. */
function Image({ id, height }: { readonly id: string; readonly height: number }) {
  const attach = useCallback(
    (canvas: HTMLCanvasElement | null) => (canvas === null ? undefined : previews.attach(id, canvas)),
    [id],
  );
  return (
    <div className="picture" style={{ height }}>
      <canvas ref={attach} width={256} height={256} />
    </div>
  );
}
