import { type Param, unreadIn } from '@unclip-studio/graph-core';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { Problem } from '../catalog/find-problems.js';
import { texts } from '../messages/texts.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface CardProblemsProps {
  readonly problems: readonly Problem[];
  /** What the node said when it failed. */
  readonly failure: string | undefined;
  readonly unknownType: string | undefined;
}

/** The problems of the node, below its card, so that the card keeps its size. */
export function CardProblems({ problems, failure, unknownType }: CardProblemsProps) {
  const messages =
    unknownType === undefined ? problems.map(({ onCard }) => onCard) : [texts.card.unknownType(unknownType)];
  const all = failure === undefined ? messages : [failure, ...messages];
  if (all.length === 0) return null;
  return (
    <div className="card-problems" role="note" onPointerDown={stopPointer}>
      <TriangleAlert size={14} aria-hidden />
      <ul>
        {[...new Set(all)].map((message) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </div>
  );
}

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
