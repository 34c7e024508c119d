import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import type { KeyboardEvent } from 'react';
import { type CardLayout, longText } from '../catalog/card-layout.js';
import { isSeedOverridden } from '../document/commands/seeds.js';
import { useSession } from '../session/session.js';
import { isComposing } from '../ui/keys.js';
import { CardImages } from './CardImages.js';
import { CardText } from './CardText.js';
import { MoreParams } from './MoreParams.js';
import { ParamRow } from './ParamRow.js';

export interface CardPartsProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly layout: CardLayout;
  /** False: the card is too small for params to be read, so only images are drawn. */
  readonly isComplete: boolean;
}

/** The parts below the ports: params, then images. */
export function CardParts({ id, node, definition, layout, isComplete }: CardPartsProps) {
  const { extensions } = useSession();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the fields inside
    <div className="card-parts" onKeyDown={leaveField}>
      {layout.parts.map((part) => {
        if (part.kind === 'images') return <CardImages key="images" id={id} height={part.height} />;
        const kind = part.kind === 'param' ? definition.params[part.name]?.kind : part.kind;
        if (!isComplete && kind !== 'image') {
          const [key, text] =
            part.kind === 'param'
              ? [part.name, longText(definition.params[part.name], node.params?.[part.name])]
              : [` ${part.kind}`, undefined];
          return (
            <div key={key} style={{ height: part.height }}>
              {text !== undefined && <CardText text={text} height={part.height} />}
            </div>
          );
        }
        if (part.kind === 'pad') {
          return extensions.map(
            ({ id: extension, CardPad }) =>
              CardPad && (
                <CardPad key={` ${extension}`} id={id} node={node} definition={definition} height={part.height} />
              ),
          );
        }
        if (part.kind === 'more') return <MoreParams key=" more" id={id} node={node} names={part.names} />;
        const param = definition.params[part.name];
        if (param === undefined) return null;
        const value = node.params?.[part.name] ?? param.default;
        return (
          <ParamRow
            key={part.name}
            node={id}
            name={part.name}
            param={param}
            value={value}
            height={part.height}
            decidedBy={isSeedOverridden(node, definition, part.name) ? definition.seedFrom?.input : undefined}
          />
        );
      })}
    </div>
  );
}

/** Enter and Escape go from a field back to its card, where keys act on the node; in a long text Enter is a new line. */
function leaveField({ key, target, currentTarget, nativeEvent }: KeyboardEvent<HTMLElement>): void {
  // What a field could not take stays under the caret.
  if (isComposing(nativeEvent) || nativeEvent.defaultPrevented) return;
  const isLeaving = key === 'Escape' || (key === 'Enter' && target instanceof HTMLInputElement);
  if (isLeaving) currentTarget.closest<HTMLElement>('[data-node-id]')?.focus();
}
