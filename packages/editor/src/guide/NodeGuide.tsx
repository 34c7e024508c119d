import type { NodeDefinition, Param } from '@unclip-studio/graph-core';
import { queries } from '../api/queries.js';
import { portLooks } from '../catalog/port-looks.js';
import { texts } from '../messages/texts.js';
import { addressFor } from '../session/files/page-address.js';
import { useServer } from '../session/server-data.js';
import { useFiles, useSession } from '../session/session.js';
import { ButtonLink } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { findExamples } from './find-examples.js';
import './guide.css';

/** What a node is for, what it takes and gives, and examples of it. */
export function NodeGuide({ type }: { readonly type: string }) {
  const { catalog, ui } = useSession();
  const definition = catalog.types.get(type);
  const title = definition?.title ?? type;
  return (
    <Dialog title={title} size="sheet" testId="node-guide" onClose={() => ui.setState({ explained: undefined })}>
      {definition === undefined ? (
        <p>{texts.card.unknownType(type)}</p>
      ) : (
        <div className="node-guide">
          <p>{definition.description}</p>
          <NodeExamples definition={definition} />
          <Ports title={texts.guide.inputs} ports={definition.inputs} />
          <Ports title={texts.guide.outputs} ports={definition.outputs} />
          <Params params={definition.params} />
          {(definition.keywords ?? []).length > 0 && (
            <p className="node-guide-note">{texts.guide.alsoCalled((definition.keywords ?? []).join(', '))}</p>
          )}
        </div>
      )}
    </Dialog>
  );
}

function NodeExamples({ definition }: { readonly definition: NodeDefinition }) {
  const { api, catalog } = useSession();
  const { client } = useFiles();
  const { data: all = [] } = useServer((server) => ({ ...queries.templates(server), enabled: api.isOnline }));
  const { templates, useIt } = findExamples(definition, all, catalog);
  if (templates.length === 0) return null;
  return (
    <section>
      <h3>{useIt ? texts.guide.examplesOf : texts.guide.fitsInto}</h3>
      <div className="node-guide-examples">
        {templates.map(({ name, title, description }) => (
          <ButtonLink
            key={name}
            variant="bare"
            className="start-choice"
            href={addressFor({ kind: 'template', name })}
            target="_blank"
            rel="noreferrer"
            tip={description}
          >
            <img src={client.templateThumbnailUrl(name)} alt="" />
            <strong>{title}</strong>
          </ButtonLink>
        ))}
      </div>
    </section>
  );
}

interface PortsProps {
  readonly title: string;
  readonly ports: NodeDefinition['inputs'] | NodeDefinition['outputs'];
}

function Ports({ title, ports }: PortsProps) {
  const { catalog } = useSession();
  const all = Object.entries(ports);
  if (all.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {all.map(([name, { type, label = name, help, ...port }]) => (
          <div key={name}>
            <dt>
              <i style={{ background: portLooks(type, catalog).colour }} />
              {label}
              <small>{'optional' in port && port.optional === true ? `${type}, ${texts.port.optional}` : type}</small>
            </dt>
            <dd>{help}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Params({ params }: { readonly params: NodeDefinition['params'] }) {
  const all = Object.entries(params);
  if (all.length === 0) return null;
  return (
    <section>
      <h3>{texts.gallery.settings}</h3>
      <dl>
        {all.map(([name, param]) => (
          <div key={name}>
            <dt>
              {param.label ?? name}
              <small>{rangeOf(param)}</small>
            </dt>
            <dd>{param.help}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What a param can be, in a few words. */
function rangeOf(param: Param): string {
  if (param.kind === 'number' || param.kind === 'integer') return `${param.min} – ${param.max}`;
  if (param.kind === 'choice') return param.options.join(', ');
  return '';
}
