import Eye from 'lucide-react/icons/eye';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { useFiles } from '../session/session.js';
import { Button } from '../ui/Button.js';

/** Says why nothing can be changed, and how to get a copy that can. */
export function ReadOnlyBar() {
  const { state, copyToEdit } = useFiles();
  const reason = useStore(state, (file) => file.readOnlyReason);
  if (reason === undefined) return null;
  return (
    <section className="top-bar quiet" aria-label={reason} data-testid="read-only">
      <Eye size={16} aria-hidden />
      <span>{reason}</span>
      <Button onClick={copyToEdit}>{texts.readOnly.copy}</Button>
    </section>
  );
}
