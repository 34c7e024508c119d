import { useStore } from 'zustand/react';
import { lazyPart } from '../session/lazy-part.js';
import type { Painter } from '../session/painter.js';
import { type EditorExtension, useSession } from '../session/session.js';

const MaskPainter = lazyPart(async () => (await import('./MaskPainter.js')).MaskPainter, {
  useClose() {
    const { painter } = useSession();
    return () => painter?.close();
  },
});

/** Masks painted over images; what opens it asks the session's painter. */
export const paintingExtension: EditorExtension = { id: 'painting', Overlay: PaintingOverlay };

function PaintingOverlay() {
  const { painter } = useSession();
  return painter === undefined ? null : <OpenPainter painter={painter} />;
}

function OpenPainter({ painter }: { readonly painter: Painter }) {
  const request = useStore(painter.state, (state) => state.request);
  return request === undefined ? null : <MaskPainter request={request} onClose={painter.close} />;
}
