import type { Workflow } from '@unclip-studio/graph-core';
import type { SessionCore } from '../core.js';

/** A workflow that comes from elsewhere, maybe without a layout: with places for its cards, and ways for its wires. */
export async function laidOut({ catalog }: Pick<SessionCore, 'catalog'>, workflow: Workflow): Promise<Workflow> {
  const { layOut } = await import('../../catalog/lay-out.js');
  return layOut(workflow, catalog);
}
