import { type CSSProperties, memo, useCallback } from 'react';
import type { PortRef } from '../catalog/can-connect.js';
import { portLooks } from '../catalog/port-looks.js';
import { portOutside } from '../document/commands/inputs.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument, useUi } from '../session/use-stores.js';
import type { PendingWire } from '../view/ui-state.js';

export interface CardPortProps {
  readonly port: PortRef;
  readonly type: string;
  readonly help: string;
  readonly isOptional: boolean;
  /** `node.output`, for an input that is connected. */
  readonly source: string | undefined;
  /** The socket's middle, from the top of the card. */
  readonly y: number;
  readonly showsLabel: boolean;
}

/** One port: a socket on the card's edge, and its name. */
export const CardPort = memo(
  function CardPort({ port, type, help, isOptional, source, y, showsLabel }: CardPortProps) {
    const { canvas, catalog, store } = useSession();
    const { node, side, name } = port;
    const outside = useDocument(() => portOutside(store, side, `${node}.${name}`));
    const fit = useUi((ui) => fitOf(ui.pending, port));
    const register = useCallback(
      (element: HTMLElement | null) => {
        if (element !== null) return canvas.current?.sockets.register(element, { node, side, name });
        return undefined;
      },
      [canvas, node, side, name],
    );
    const { colour, shape } = portLooks(type, catalog);
    const style: CSSProperties & Record<'--port', string> = { top: y, '--port': colour };
    const words = [
      `${name} · ${type}${isOptional ? ` · ${texts.port.optional}` : ''}`,
      help,
      ...(source === undefined ? [] : [texts.port.connectedTo(source)]),
      ...(outside === undefined ? [] : [(side === 'input' ? texts.structure.fedBy : texts.structure.givenAs)(outside)]),
    ];
    return (
      <div
        className="card-port"
        style={style}
        data-side={side}
        data-fit={fit}
        data-connected={source !== undefined || outside !== undefined || undefined}
        data-outside={outside}
        data-optional={isOptional || undefined}
        data-tip={words.join('\n')}
      >
        <span
          ref={register}
          className="socket"
          data-testid={`socket-${node}-${side}-${name}`}
          role="img"
          aria-label={`${side === 'input' ? texts.port.input : texts.port.output} ${words.join(', ')}`}
        >
          <i data-shape={shape} />
        </span>
        {showsLabel && <span className="card-port-name">{name}</span>}
      </div>
    );
  },
  (a, b) =>
    a.type === b.type &&
    a.source === b.source &&
    a.y === b.y &&
    a.showsLabel === b.showsLabel &&
    a.help === b.help &&
    a.port.node === b.port.node &&
    a.port.side === b.port.side &&
    a.port.name === b.port.name,
);

/** Whether the port accepts the wire that is being pulled. */
function fitOf(pending: PendingWire | undefined, port: PortRef): 'self' | 'target' | 'yes' | 'no' | undefined {
  if (pending === undefined) return undefined;
  const { from } = pending.judge;
  if (isSame(from, port)) return 'self';
  if (pending.target !== undefined && isSame(pending.target, port)) return 'target';
  return pending.judge.judge(port).ok ? 'yes' : 'no';
}

function isSame(a: PortRef, b: PortRef): boolean {
  return a.node === b.node && a.side === b.side && a.name === b.name;
}
