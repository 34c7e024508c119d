import { isSeed, type Param, type Seed } from '@unclip-studio/graph-core';
import type { ComponentType } from 'react';
import { type WidgetName, widgetOf } from '../catalog/param-widgets.js';
import { texts } from '../messages/texts.js';
import { AxisField } from './AxisField.js';
import { CheckpointField } from './CheckpointField.js';
import { ChoiceField } from './ChoiceField.js';
import type { FieldProps } from './field.js';
import { ImageField } from './ImageField.js';
import { ImageNamesField } from './ImageNamesField.js';
import { NumberField } from './NumberField.js';
import { SeedField } from './SeedField.js';
import { SwitchField } from './SwitchField.js';
import { TextField } from './TextField.js';

/** How a param is shown and set. The row it takes on a card is in `catalog/param-widgets.ts`, for layouts without a page. */
interface Widget {
  readonly Field: ComponentType<FieldProps<Param, unknown>>;
  /** The field leaves its label to its parent. */
  readonly isUnlabelled?: true;
  /** What a user should know of all params of the kind. */
  readonly hint?: () => string;
}

const WIDGETS: Readonly<Record<WidgetName, Widget>> = {
  number: widget<'number' | 'integer', number>({ kinds: ['number', 'integer'], format: Number, Field: NumberField }),
  seed: { ...widget({ kinds: ['seed'], format: toSeed, Field: SeedField }), hint: () => texts.param.seedRange },
  switch: widget({ kinds: ['boolean'], format: (value) => value === true, Field: SwitchField }),
  line: widget({ kinds: ['text'], format: String, Field: TextField }),
  text: widget({ kinds: ['text'], format: String, Field: TextField }),
  'param-name': widget({ kinds: ['text'], format: String, Field: AxisField }),
  'image-names': widget({ kinds: ['text'], format: String, Field: ImageNamesField }),
  choice: widget<'choice', string>({
    kinds: ['choice'],
    format: String,
    Field: ({ param, ...props }) => (
      <ChoiceField {...props} options={param.options} {...(param.labels && { labels: param.labels })} />
    ),
  }),
  image: { ...widget({ kinds: ['image'], format: String, Field: ImageField }), isUnlabelled: true },
  checkpoint: widget({ kinds: ['checkpoint'], format: String, Field: CheckpointField }),
};

/** The widget of a param. */
export function widgetFor(param: Param): Widget {
  return WIDGETS[widgetOf(param)];
}

interface WidgetParts<P extends Param, Value> {
  readonly kinds: readonly P['kind'][];
  /** A file may contain a value of another kind; validation reports it, and the field shows what it can. */
  readonly format: (value: unknown) => Value;
  readonly Field: ComponentType<FieldProps<P, Value>>;
}

function widget<Kind extends Param['kind'], Value>({
  kinds,
  format,
  Field,
}: WidgetParts<Extract<Param, { readonly kind: Kind }>, Value>): Widget {
  const isOwn = (param: Param): param is Extract<Param, { readonly kind: Kind }> =>
    kinds.some((kind) => kind === param.kind);
  return {
    Field: ({ param, value, ...props }) =>
      isOwn(param) ? <Field {...props} param={param} value={format(value)} /> : null,
  };
}

function toSeed(value: unknown): Seed {
  return isSeed(value) ? value : String(value);
}
