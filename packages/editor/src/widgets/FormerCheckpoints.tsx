import type { FormerCheckpoint, Param } from '@unclip-studio/graph-core';
import { texts } from '../messages/texts.js';
import { useCheckpoints } from '../session/server-data.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface FormerCheckpointsProps {
  readonly params: Readonly<Record<string, Param>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** Puts the one checkpoint in the other's place. */
  readonly onReplace: (name: string, replacement: string) => void;
}

/** Says what can be done about a checkpoint that came with an earlier version and is not installed. */
export function FormerCheckpoints({ params, values, onReplace }: FormerCheckpointsProps) {
  const installed = useCheckpoints();
  const missing = missingFormer(
    params,
    values,
    installed?.map(({ name }) => name),
  );
  return missing.map(([name, { replacement, command }]) => (
    <div key={name} className="former-checkpoint" role="note" onPointerDown={stopPointer}>
      <p>{texts.former.missing(name)}</p>
      <Button onClick={() => onReplace(name, replacement)}>{texts.former.replace(replacement)}</Button>
      <p>
        {texts.former.fetch} <code>{command}</code>
      </p>
    </div>
  ));
}

/** Nothing is missing until the server has listed installed models. */
function missingFormer(
  params: Readonly<Record<string, Param>>,
  values: Readonly<Record<string, unknown>>,
  installed: readonly string[] | undefined,
): readonly (readonly [string, FormerCheckpoint])[] {
  if (installed === undefined) return [];
  const found = Object.entries(params).flatMap(([key, param]): readonly (readonly [string, FormerCheckpoint])[] => {
    if (param.kind !== 'checkpoint') return [];
    const name = String(values[key] ?? param.default);
    const former = Object.hasOwn(param.former ?? {}, name) ? param.former?.[name] : undefined;
    return former === undefined || installed.includes(name) ? [] : [[name, former]];
  });
  return [...new Map(found)];
}
