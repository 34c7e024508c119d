import type { CheckpointParam, FormerCheckpoint } from '@unclip-studio/graph-core';

/** The checkpoint that comes with unclip-studio: an unCLIP model and a prior in one folder. */
export const BUNDLED_CHECKPOINT = 'emoji-unclip';

const FORMER_CHECKPOINTS: Readonly<Record<string, FormerCheckpoint>> = {
  // Not published anywhere, but in the project's history. Git ignores models/, so nothing gets staged.
  'tiny-unclip': {
    replacement: BUNDLED_CHECKPOINT,
    command: 'git restore --source=79442dd --worktree -- models/tiny-unclip',
  },
};

/** What the nodes that open a checkpoint have in common about its name. */
export const CHECKPOINT_PARAM = {
  kind: 'checkpoint',
  default: BUNDLED_CHECKPOINT,
  former: FORMER_CHECKPOINTS,
} satisfies Omit<CheckpointParam, 'help'>;

/** What to do about a checkpoint that came with an earlier version and is missing; `undefined` of any other name. */
export function adviceOnFormerCheckpoint(name: string): string | undefined {
  const former = Object.hasOwn(FORMER_CHECKPOINTS, name) ? FORMER_CHECKPOINTS[name] : undefined;
  if (former === undefined) return undefined;
  return (
    `"${name}" came with earlier versions of unclip-studio. Use "${former.replacement}" instead, ` +
    `or fetch "${name}" from the history of the project: run "${former.command}" in your clone of unclip-studio.`
  );
}
