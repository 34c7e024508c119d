import { type Param, unreachable } from '@unclip-studio/graph-core';

/** What the user sets a param with; how each looks and reads is in `widgets/registry.tsx`. */
export type WidgetName =
  | 'number'
  | 'seed'
  | 'switch'
  | 'line'
  | 'text'
  | 'param-name'
  | 'image-names'
  | 'choice'
  | 'image'
  | 'checkpoint';

/** The row that a widget takes on a card. */
interface WidgetRow {
  /** In canvas units. */
  readonly height: number;
  /** It takes more height when the card is made taller. */
  readonly grows: boolean;
  /** It stays in sight on cards that fold params away, as a user cannot do without it. */
  readonly isAlwaysShown: boolean;
}

export const PARAM_ROW_HEIGHT = 32;
const TEXT_ROW_HEIGHT = 92;
const IMAGE_ROW_HEIGHT = 168;

const PLAIN: WidgetRow = { height: PARAM_ROW_HEIGHT, grows: false, isAlwaysShown: false };
const WANTED: WidgetRow = { ...PLAIN, isAlwaysShown: true };
const TEXT: WidgetRow = { height: TEXT_ROW_HEIGHT, grows: true, isAlwaysShown: true };

export const WIDGET_ROWS: Readonly<Record<WidgetName, WidgetRow>> = {
  number: PLAIN,
  seed: WANTED,
  switch: PLAIN,
  line: WANTED,
  text: TEXT,
  'param-name': WANTED,
  'image-names': TEXT,
  choice: PLAIN,
  image: { height: IMAGE_ROW_HEIGHT, grows: true, isAlwaysShown: true },
  checkpoint: WANTED,
};

export function widgetOf(param: Param): WidgetName {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'text':
      if (param.names !== undefined) return param.names === 'param' ? 'param-name' : 'image-names';
      return param.multiline ? 'text' : 'line';
    case 'seed':
    case 'choice':
    case 'image':
    case 'checkpoint':
      return param.kind;
    default:
      return unreachable(param);
  }
}
