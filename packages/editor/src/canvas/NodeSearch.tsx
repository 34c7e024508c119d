import { Command } from 'cmdk';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { insertSaved } from '../actions/structure-actions.js';
import { queries } from '../api/queries.js';
import { layoutCard } from '../catalog/card-layout.js';
import { onlySources } from '../catalog/only-sources.js';
import { categoryColour } from '../catalog/port-looks.js';
import { type Fit, type FoundNode, hasWordsOf, searchNodes } from '../catalog/search-nodes.js';
import { type Attachment, addNode } from '../document/commands/nodes.js';
import type { Point } from '../document/document.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { isComposing } from '../ui/keys.js';
import type { NodeSearchRequest } from '../view/ui-state.js';

/** The palette of node types. Opened for a wire it shows only compatible types, and connects the chosen one. */
export function NodeSearch({ request }: { readonly request: NodeSearchRequest }) {
  const session = useSession();
  const { catalog, store, ui, canvas } = session;
  const [words, setWords] = useState('');
  const element = useRef<HTMLDivElement>(null);
  const found = searchNodes(catalog, words, request.fit);
  const saved = useFoundWorkflows(words, request.fit);

  const close = () => {
    ui.setState({ search: undefined });
    canvas.current?.container.focus();
  };
  const choose = (choice: FoundNode) => {
    const attachment = attachmentFor(request, choice);
    const { definition } = choice;
    const id = addNode(store, {
      ...{ type: definition.type, at: placeFor(request, choice), ...(attachment && { attachment }) },
      ...(request.fit && {
        links: onlySources(store.document, catalog, {
          ...{ definition, wireType: request.fit.type, reader: readerOf(request) },
        }),
      }),
    });
    if (id !== undefined) ui.setState({ selection: new Set([id]) });
    close();
  };

  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    // Kept inside the window, with room for the longest list, so that it does not jump while one types.
    const left = Math.max(8, Math.min(request.screen.x, innerWidth - box.offsetWidth - 8));
    const top = Math.max(8, Math.min(request.screen.y, innerHeight - 400));
    Object.assign(box.style, { left: `${left}px`, top: `${top}px` });
  }, [request]);
  useEffect(() => {
    const onDown = ({ target }: PointerEvent) => {
      if (element.current?.contains(target as Node) === false) ui.setState({ search: undefined });
    };
    window.addEventListener('pointerdown', onDown, true);
    return () => window.removeEventListener('pointerdown', onDown, true);
  }, [ui]);

  return (
    <div ref={element} className="popup palette palette-fixed" data-testid="node-search">
      <Command
        label={texts.search.label}
        shouldFilter={false}
        loop
        onKeyDown={(event) => {
          event.stopPropagation();
          if ((event.key !== 'Escape' && event.key !== 'Tab') || isComposing(event.nativeEvent)) return;
          event.preventDefault();
          close();
        }}
      >
        {request.fit && <div className="palette-note">{noteFor(request.fit)}</div>}
        <Command.Input autoFocus value={words} onValueChange={setWords} placeholder={texts.search.placeholder} />
        <Command.List label={texts.search.results}>
          <Command.Empty>
            {words === '' && request.fit ? texts.search.nothingFits(request.fit.type) : texts.search.nothing}
          </Command.Empty>
          {found.map((choice) => {
            const { type, title, category, description, plugin } = choice.definition;
            return (
              <Command.Item key={type} value={type} data-testid={`add-${type}`} onSelect={() => choose(choice)}>
                <span className="palette-dot" style={{ background: categoryColour(category) }} />
                <span className="palette-words">
                  {/* A plug-in may call its node what one of this program is called. */}
                  {plugin === undefined ? title : `${title} · ${plugin.name}`}
                  <small>{description}</small>
                </span>
              </Command.Item>
            );
          })}
          {saved.map((name) => (
            <Command.Item
              key={`saved ${name}`}
              value={`saved ${name}`}
              onSelect={() => {
                close();
                void insertSaved(session, name, request.at);
              }}
            >
              <span className="palette-dot" />
              <span className="palette-words">
                {name}
                <small>{texts.search.saved}</small>
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </div>
  );
}

const MAX_SAVED = 20;

/** The names of saved workflows, such as subgraphs, that can be put in. For a wire there are none: it needs a port. */
function useFoundWorkflows(words: string, fit: Fit | undefined): readonly string[] {
  const { data: saved = [] } = useServer((api) => ({ ...queries.savedWorkflows(api), enabled: api.isOnline }));
  if (words.trim() === '' || fit !== undefined) return [];
  const fits = hasWordsOf(words);
  const hits = saved.filter(({ name }) => fits(name));
  return hits.slice(0, MAX_SAVED).map(({ name }) => name);
}

function noteFor(fit: Fit): string {
  if (fit.kind === 'between') return texts.search.between(fit.type);
  return fit.side === 'output' ? texts.search.takes(fit.type) : texts.search.outputs(fit.type);
}

function attachmentFor({ wire }: NodeSearchRequest, { input, output }: FoundNode): Attachment | undefined {
  if (wire?.kind === 'link') {
    return input === undefined || output === undefined ? undefined : { kind: 'inserts', link: wire.id, input, output };
  }
  if (wire === undefined) return undefined;
  const { node, side, name } = wire.port;
  if (side === 'output')
    return input === undefined ? undefined : { kind: 'reads', from: { node, output: name }, input };
  return output === undefined ? undefined : { kind: 'feeds', to: { node, input: name }, output };
}

/** The node that will read the new one. */
function readerOf({ wire }: NodeSearchRequest): string | undefined {
  if (wire?.kind === 'link') return wire.id.slice(0, wire.id.indexOf('.'));
  return wire?.port.side === 'input' ? wire.port.node : undefined;
}

/** The socket that is connected comes to where the wire was dropped. */
function placeFor({ at, wire }: NodeSearchRequest, { definition, input, output }: FoundNode): Point {
  const layout = layoutCard(definition, { x: 0, y: 0 });
  if (wire === undefined) return { x: at.x - 20, y: at.y - 18 };
  if (wire.kind === 'link') return { x: at.x - layout.width / 2, y: at.y - 18 };
  const socket = input === undefined ? layout.socket('output', output ?? '') : layout.socket('input', input);
  return { x: at.x - (socket?.x ?? 0), y: at.y - (socket?.y ?? 0) };
}
