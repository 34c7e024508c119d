import { lazyPart } from '../session/lazy-part.js';
import type { EditorExtension } from '../session/session.js';

// Few workflows mix, and a first view that does not need it comes sooner.
const MixPad = lazyPart(async () => (await import('./MixPad.js')).MixPad, {
  placeholder: ({ height }) => <div style={{ height }} />,
});

/** The pad on the cards of nodes that mix images. */
export const mixingExtension: EditorExtension = { id: 'mixing', CardPad: MixPad };
