import { type Param, unreadIn } from '@unclip-studio/graph-core';
import { texts } from '../messages/texts.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface UnreadTextsProps {
  readonly params: Readonly<Record<string, Param>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Says what in the texts of a node other programs read and this one does not. */
export function UnreadTexts({ params, values }: UnreadTextsProps) {
  return Object.entries(params).flatMap(([key, param]) =>
    unreadIn(param, values[key]).map(({ text, advice }) => (
      <p key={`${key} ${text}`} className="unread-text" role="note" onPointerDown={stopPointer}>
        {texts.unread(param.label ?? key, text, advice)}
      </p>
    )),
  );
}
