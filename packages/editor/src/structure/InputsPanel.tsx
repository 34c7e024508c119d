import { isNodeId, type Subgraph } from '@unclip-studio/graph-core';
import ArrowUp from 'lucide-react/icons/arrow-up';
import X from 'lucide-react/icons/x';
import { useState } from 'react';
import { inOrder, moveEarlier } from '../document/commands/inputs.js';
import { addPort, removePort, renamePort, setSubgraphTitle, setWorkflowInput } from '../document/commands/structure.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button, IconButton } from '../ui/Button.js';
import { isComposing } from '../ui/keys.js';
import { useScope } from './Breadcrumb.js';
import '../widgets/widgets.css';
import './structure.css';

/** What can be set from outside: of the workflow, or of the subgraph on the canvas. */
export function InputsPanel() {
  const subgraph = useScope().at(-1)?.subgraph;
  return (
    <div className="inputs-panel" data-testid="inputs-panel">
      {subgraph === undefined ? <WorkflowInputs /> : <SubgraphPorts key={subgraph} subgraph={subgraph} />}
    </div>
  );
}

function WorkflowInputs() {
  const session = useSession();
  const { store } = session;
  const inputs = useDocument(() => store.whole.inputs) ?? {};
  const names = inOrder({ inputs });
  return (
    <>
      <h2>{texts.structure.inputsTitle}</h2>
      {names.length === 0 && <p className="inputs-hint">{texts.structure.noInputs}</p>}
      <ul>
        {names.map((name) => {
          const input = inputs[name];
          if (input === undefined) return null;
          const set = (label: string) => {
            const { label: _, ...rest } = input;
            setWorkflowInput(store, name, label === '' ? rest : { ...rest, label }, `label ${name}`);
          };
          return (
            <li key={name}>
              <span className="inputs-name">
                {name} <small>{input.to.join(', ')}</small>
              </span>
              <input
                type="text"
                aria-label={texts.structure.inputName(name)}
                value={input.label ?? ''}
                placeholder={name}
                onChange={(event) => set(event.target.value)}
              />
              <IconButton label={texts.structure.earlier(name)} onClick={() => moveEarlier(store, name)}>
                <ArrowUp size={14} />
              </IconButton>
              <IconButton label={texts.structure.remove(name)} onClick={() => setWorkflowInput(store, name, undefined)}>
                <X size={14} />
              </IconButton>
            </li>
          );
        })}
      </ul>
      <div className="inputs-buttons">
        <Button variant="primary" data-testid="open-form" onClick={() => session.form.setState({ isOpen: true })}>
          {texts.structure.openForm}
        </Button>
        {session.api.isOnline && (
          <Button onClick={() => session.files.share('form')}>{texts.structure.shareForm}</Button>
        )}
      </div>
    </>
  );
}

const KINDS = ['inputs', 'outputs', 'params'] as const;

function SubgraphPorts({ subgraph }: { readonly subgraph: string }) {
  const { store } = useSession();
  const body = useDocument(() => store.whole.subgraphs?.[subgraph]);
  if (body === undefined) return null;
  return (
    <>
      <label className="inputs-title">
        {texts.structure.subgraphTitle}
        <input
          type="text"
          value={body.title ?? ''}
          placeholder={subgraph}
          onChange={({ target }) => setSubgraphTitle(store, subgraph, target.value)}
        />
      </label>
      {KINDS.map((kind) => {
        const ports = Object.entries(body[kind] ?? {});
        return (
          <section key={kind}>
            <h2>{texts.structure.portsTitle[kind]}</h2>
            {ports.length === 0 && <p className="inputs-hint">{texts.structure.noPorts}</p>}
            <ul>
              {ports.map(([name, port]) => {
                const place = typeof port === 'string' ? port : port.to.join(', ');
                return (
                  <li key={name}>
                    <PortName subgraph={subgraph} kind={kind} name={name} />
                    <small>{place}</small>
                    <IconButton
                      label={texts.structure.remove(name)}
                      onClick={() => removePort(store, subgraph, kind, name)}
                    >
                      <X size={14} />
                    </IconButton>
                  </li>
                );
              })}
            </ul>
            {kind !== 'params' && <AddPort kind={kind} body={body} />}
          </section>
        );
      })}
    </>
  );
}

/** A list of inner ports that are not exposed yet; choosing one exposes it. */
function AddPort({ kind, body }: { readonly kind: 'inputs' | 'outputs'; readonly body: Subgraph }) {
  const { store, catalog } = useSession();
  const nodes = useDocument((document) => document.nodes);
  const taken = new Set(
    kind === 'inputs' ? Object.values(body.inputs ?? {}).flatMap(({ to }) => to) : Object.values(body.outputs ?? {}),
  );
  const free = Object.entries(nodes).flatMap(([id, node]) =>
    Object.entries(catalog.types.get(node.type)?.[kind] ?? {})
      .map(([name, { type }]) => ({ place: `${id}.${name}`, type, isLinked: kind === 'inputs' && node.inputs?.[name] }))
      .filter(({ place, isLinked }) => !taken.has(place) && !isLinked),
  );
  if (free.length === 0) return null;
  return (
    <select
      aria-label={texts.structure.addPort[kind]}
      value=""
      onChange={({ target }) => {
        const chosen = free.find(({ place }) => place === target.value);
        if (chosen !== undefined) addPort(store, { kind, ...chosen });
      }}
    >
      <option value="">{texts.structure.addPort[kind]}</option>
      {free.map(({ place, type }) => (
        <option key={place} value={place}>
          {place} ({type})
        </option>
      ))}
    </select>
  );
}

interface PortNameProps {
  readonly subgraph: string;
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
}

/** The name of a port; the typed text is applied when the field is left. */
function PortName({ subgraph, kind, name }: PortNameProps) {
  const { store, ui } = useSession();
  const [text, setText] = useState(name);
  const done = () => {
    if (text === name) return;
    const isRenamed = isNodeId(text) && renamePort(store, { subgraph, kind, from: name, to: text });
    if (isRenamed) return;
    ui.setState({ message: texts.structure.nameTaken(text) });
    setText(name);
  };
  return (
    <input
      type="text"
      aria-label={texts.structure.portName(texts.structure.portKinds[kind], name)}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onBlur={done}
      onKeyDown={({ key, nativeEvent, currentTarget }) => {
        if (key === 'Enter' && !isComposing(nativeEvent)) currentTarget.blur();
      }}
    />
  );
}
