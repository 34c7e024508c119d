import { Command } from 'cmdk';
import { type PortRef, portType } from '../catalog/can-connect.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { isComposing } from '../ui/keys.js';
import { partnersOf } from './partners.js';

export interface ConnectListProps {
  readonly from: PortRef;
  /** @param partner `undefined`: the user gave it up */
  readonly onDone: (partner: PortRef | undefined) => void;
}

/** The ports that go with one, to be found by typing and chosen by Enter. */
export function ConnectList({ from, onDone }: ConnectListProps) {
  const { store, catalog } = useSession();
  const partners = partnersOf(store.document, catalog, from);
  const name = `${from.node}.${from.name}`;
  return (
    <div className="popup palette outline-connect" data-testid="connect-list">
      <Command
        label={texts.outline.connectTo(name)}
        loop
        onKeyDown={(event) => {
          event.stopPropagation();
          if ((event.key !== 'Escape' && event.key !== 'Tab') || isComposing(event.nativeEvent)) return;
          event.preventDefault();
          onDone(undefined);
        }}
      >
        <Command.Input autoFocus placeholder={texts.outline.connectTo(name)} onBlur={() => onDone(undefined)} />
        <Command.List label={texts.search.results}>
          <Command.Empty>{texts.outline.nothingFits(portType(store.document, catalog, from) ?? '')}</Command.Empty>
          {partners.map(({ port, title, isTaken }) => (
            <Command.Item
              key={`${port.node}.${port.name}`}
              value={`${title} ${port.node}.${port.name}`}
              // The press must not take the focus away, which would close the list first.
              onPointerDown={(event) => event.preventDefault()}
              onSelect={() => onDone(port)}
            >
              <span className="palette-words">
                {port.node}.{port.name}
                <small>
                  {title}
                  {isTaken && ` · ${store.document.nodes[port.node]?.inputs?.[port.name] ?? ''}`}
                </small>
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </div>
  );
}
