import type { NodeDefinition } from '@unclip-studio/graph-core';

/**
 * Whether a card keeps room for pictures: those which the node makes for the user, or its half-done ones while it
 * works in steps.
 */
export function showsPictures(definition: NodeDefinition): boolean {
  const readsImages = Object.values(definition.inputs).some(({ type }) => type === 'image');
  return (definition.sideEffects === true && readsImages) || definition.preview !== undefined;
}
