import { useEffect } from 'react';
import { listenToClipboard } from '../actions/clipboard-events.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { actionForKey, isComposing, isTextField } from '../ui/keys.js';

/** Keys and the clipboard, for the whole page. */
export function useKeys(session: EditorSession): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event)) return;
      // A browser presses a button again and again while Enter is held on it.
      if (event.repeat && event.key === 'Enter' && event.target instanceof HTMLButtonElement) event.preventDefault();
      if (isInDialog(event.target)) return;
      const action = actionForKey(session.actions, event);
      if (action === undefined || !worksAt(action, event.target) || takesKey(event, action.id)) return;
      if (action.isEnabled?.(session) === false) return;
      event.preventDefault();
      if (!event.repeat || action.repeats) action.run(session);
    };
    window.addEventListener('keydown', onKey);
    const stopClipboard = listenToClipboard(session);
    return () => {
      window.removeEventListener('keydown', onKey);
      stopClipboard();
    };
  }, [session]);
}

function worksAt({ worksInFields }: EditorAction, target: EventTarget | null): boolean {
  if (!isTextField(target) || worksInFields === true) return true;
  return worksInFields === 'document' && (target as Element).matches('[data-shows-document]');
}

/** Sliders and lists use arrows and letters; Tab adds a node only from the canvas itself. */
function takesKey({ target, key, ctrlKey, metaKey }: KeyboardEvent, action: string): boolean {
  if (!(target instanceof Element)) return false;
  if (action === 'add-node') return target !== document.body && !target.matches('.canvas');
  const isPlain = !ctrlKey && !metaKey;
  if (target.matches('select, input[type=range], [role=tab], [role^=menu]')) return isPlain && key !== 'Escape';
  return false;
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role=dialog], [role=menu]') !== null;
}
