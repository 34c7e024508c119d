import { Command } from 'cmdk';
import { useState } from 'react';
import { cardBoxes } from '../catalog/card-boxes.js';
import { searchNodes } from '../catalog/search-nodes.js';
import { boxAround } from '../document/commands/align.js';
import { addNode } from '../document/commands/nodes.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { isComposing } from '../ui/keys.js';

const MAX_FOUND = 8;
const GAP = 60;

/** Adds nodes by name. They are placed to the right of all others, in the order in which graphs are built. */
export function AddNodeField({ onAdded }: { readonly onAdded: (node: string) => void }) {
  const { catalog, store, ui, canvas } = useSession();
  const [query, setQuery] = useState('');
  const found = query === '' ? [] : searchNodes(catalog, query).slice(0, MAX_FOUND);

  function add(type: string, title: string): void {
    const around = boxAround([...cardBoxes(store.document, catalog).values()]);
    const at = around === undefined ? { x: 0, y: 0 } : { x: around.x + around.width + GAP, y: around.y };
    const id = addNode(store, { type, at });
    setQuery('');
    if (id === undefined) return;
    ui.setState({ selection: new Set([id]), message: texts.outline.added(title) });
    canvas.current?.fit();
    onAdded(id);
  }

  return (
    <Command
      label={texts.outline.add}
      shouldFilter={false}
      loop
      className="outline-add palette"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape' && !isComposing(event.nativeEvent)) setQuery('');
      }}
    >
      <Command.Input value={query} onValueChange={setQuery} placeholder={texts.outline.add} data-testid="outline-add" />
      <Command.List label={texts.search.results} hidden={query === ''}>
        {query !== '' && <Command.Empty>{texts.files.noMatch}</Command.Empty>}
        {found.map(({ definition: { type, title, description } }) => (
          <Command.Item key={type} value={type} onSelect={() => add(type, title)}>
            <span className="palette-words">
              {title}
              <small>{description}</small>
            </span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
