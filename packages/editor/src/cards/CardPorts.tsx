import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import type { CardLayout } from '../catalog/card-layout.js';
import { CardPort } from './CardPort.js';
import { MoreInputs } from './MoreInputs.js';

export interface CardPortsProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly layout: CardLayout;
  readonly isCollapsed: boolean;
}

/** The ports of a card; of a collapsed one only their sockets, folded into the edges of the head. */
export function CardPorts({ id, node, definition, layout, isCollapsed }: CardPortsProps) {
  const [firstMore] = layout.moreInputs?.names ?? [];
  const isOpen = firstMore !== undefined && layout.socket('input', firstMore) !== undefined;
  return (
    <div className="card-ports">
      {Object.entries(definition.inputs).map(([name, port]) => {
        const socket = layout.socket('input', name);
        return (
          socket && (
            <CardPort
              key={`input ${name}`}
              port={{ node: id, side: 'input', name }}
              type={port.type}
              help={port.help}
              isOptional={port.optional === true}
              source={node.inputs?.[name]}
              y={socket.y}
              showsLabel={!isCollapsed}
            />
          )
        );
      })}
      {layout.moreInputs && (
        <MoreInputs id={id} names={layout.moreInputs.names} y={layout.moreInputs.y} isOpen={isOpen} />
      )}
      {Object.entries(definition.outputs).map(([name, port]) => (
        <CardPort
          key={`output ${name}`}
          port={{ node: id, side: 'output', name }}
          type={port.type}
          help={port.help}
          isOptional={false}
          source={undefined}
          y={layout.socket('output', name)?.y ?? 0}
          showsLabel={!isCollapsed}
        />
      ))}
    </div>
  );
}
