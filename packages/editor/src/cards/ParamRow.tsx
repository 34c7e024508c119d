import type { Param } from '@unclip-studio/graph-core';
import { memo } from 'react';
import { togglePin } from '../document/commands/inputs.js';
import { setParam } from '../document/commands/params.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Described } from '../ui/Described.js';
import { ParamPin } from '../widgets/ParamPin.js';
import { widgetFor } from '../widgets/registry.js';

export interface ParamRowProps {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly value: unknown;
  readonly height: number;
  /** The connected input that decides instead of a seed. */
  readonly unusedBy?: string | undefined;
}

/** One param of a card, with the field that its kind needs. */
export const ParamRow = memo(function ParamRow({ node, name, param, value, height, unusedBy }: ParamRowProps) {
  const { store } = useSession();
  const label = param.label ?? name;
  const { Field, hint } = widgetFor(param);
  const hints = [
    ...(unusedBy === undefined ? [] : [texts.param.seedUnused(unusedBy)]),
    param.help,
    ...(hint === undefined ? [] : [hint()]),
  ];
  const onChange = (next: unknown) => {
    setParam(store, { node, name, param, value: next });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears a key of the field inside
    <div
      className="param"
      onKeyDown={(event) => {
        if (!event.altKey || event.code !== 'KeyP') return;
        event.preventDefault();
        togglePin(store, { node, name, label });
      }}
      data-kind={param.kind}
      data-param={name}
      data-unused={unusedBy !== undefined || undefined}
      style={{ height }}
      data-tip={[label, ...hints].join('\n')}
    >
      <ParamPin node={node} name={name} label={label} />
      <Described text={hints.join('\n')}>
        <Field node={node} name={name} label={label} param={param} value={value} onChange={onChange} />
      </Described>
    </div>
  );
});
