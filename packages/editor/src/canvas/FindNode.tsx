import { Command } from 'cmdk';
import { useState } from 'react';
import { findNodes, placedNodes } from '../catalog/find-nodes.js';
import { categoryColour } from '../catalog/port-looks.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Dialog } from '../ui/Dialog.js';

// A longer list is narrowed by typing.
const MAX_SHOWN = 100;

/** Finds a node of the open workflow, also inside of subgraphs, and goes to it. */
export function FindNode() {
  const { store, catalog, ui, canvas } = useSession();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState('');
  const [nodes] = useState(() => placedNodes(store.whole, catalog));
  const close = () => ui.setState({ isFindOpen: false });
  const go = async (runId: string) => {
    close();
    const id = store.reveal(runId);
    if (id === undefined) return;
    ui.setState({ selection: new Set([id]) });
    // Entering a subgraph shows other cards first.
    await canvas.current?.settled();
    canvas.current?.fit([id]);
    canvas.current?.container.focus();
  };
  const shown = findNodes(nodes, words).slice(0, MAX_SHOWN);
  // What was chosen may be out of the list by now.
  const value = shown.some(({ runId }) => runId === chosen) ? chosen : (shown[0]?.runId ?? '');
  return (
    <Dialog label={texts.find.label} className="palette" testId="find-node" onClose={close}>
      <Command label={texts.find.label} shouldFilter={false} loop value={value} onValueChange={setChosen}>
        <Command.Input autoFocus value={words} onValueChange={setWords} placeholder={texts.find.placeholder} />
        <Command.List label={texts.search.results}>
          <Command.Empty>{texts.find.nothing}</Command.Empty>
          {shown.map(({ runId, title, typeTitle, category, inside }) => (
            <Command.Item key={runId} value={runId} onSelect={() => void go(runId)}>
              <span className="palette-dot" style={{ background: categoryColour(category) }} />
              <span className="palette-words">
                {[...inside, title].join(' › ')}
                <small>{title === typeTitle ? runId : `${typeTitle} · ${runId}`}</small>
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}
