import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import type { CardLayout } from '../catalog/card-layout.js';
import { CardPictures } from './CardPictures.js';
import { ParamRow } from './params/ParamRow.js';

export interface CardPartsProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly layout: CardLayout;
}

/** What stands below the ports: params, then pictures. */
export function CardParts({ id, node, definition, layout }: CardPartsProps) {
  return (
    <div className="card-parts">
      {layout.parts.map(({ param: name, height }) => {
        if (name === undefined) return <CardPictures key=" pictures" id={id} height={height} />;
        const param = definition.params[name];
        if (param === undefined) return null;
        const value = node.params?.[name] ?? param.default;
        return <ParamRow key={name} node={id} name={name} param={param} value={value} height={height} />;
      })}
    </div>
  );
}
