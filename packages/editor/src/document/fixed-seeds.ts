import type { Workflow } from '@unclip-studio/graph-core';

/**
 * The workflow with every seed fixed, regardless of its mode for the next run: that of an image makes the same image
 * again.
 */
export function withSeedsFixed(workflow: Workflow): Workflow {
  const { layout, subgraphs } = workflow;
  const bodies = Object.entries(subgraphs ?? {}).map(
    ([name, body]) => [name, body.layout === undefined ? body : { ...body, layout: fixed(body.layout) }] as const,
  );
  return {
    ...workflow,
    ...(layout !== undefined && { layout: fixed(layout) }),
    ...(subgraphs !== undefined && { subgraphs: Object.fromEntries(bodies) }),
  };
}

type Looks = Readonly<Record<string, unknown>>;

// A layout is free-form in a file: unknown parts stay.
function fixed(layout: Looks): Looks {
  const { nodes } = layout;
  if (!isRecord(nodes)) return layout;
  const looks = Object.entries(nodes).map(([id, look]) => {
    if (!isRecord(look)) return [id, look] as const;
    const { seeds: _, ...others } = look;
    return [id, others] as const;
  });
  return { ...layout, nodes: Object.fromEntries(looks) };
}

function isRecord(value: unknown): value is Looks {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
