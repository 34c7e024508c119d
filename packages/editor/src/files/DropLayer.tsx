import { useEffect, useState } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { openFile } from './open-file.js';

/** Takes files that are dropped anywhere on the page, but for fields that take images themselves. */
export function DropLayer() {
  const session = useSession();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const onOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files') || isImageField(event.target)) return setIsOver(false);
      event.preventDefault();
      setIsOver(true);
    };
    const onLeave = (event: DragEvent) => {
      // Left the window: there is nothing that the pointer went to.
      if (event.relatedTarget === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setIsOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined || isImageField(event.target)) return;
      event.preventDefault();
      const at = session.canvas.current?.toCanvas({ x: event.clientX, y: event.clientY });
      void openFile(session, file, at);
    };
    window.addEventListener('dragover', onOver, { signal });
    window.addEventListener('dragleave', onLeave, { signal });
    window.addEventListener('drop', onDrop, { signal });
    return () => stop.abort();
  }, [session]);
  return isOver ? <div className="drop-layer">{texts.files.dropHere}</div> : null;
}

function isImageField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.image-drop') !== null;
}
