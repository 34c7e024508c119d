import { Dialog } from '@base-ui/react/dialog';
import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import { panelStrings } from './strings.js';

export interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  /** For what fills the page, such as a list with details. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** A question over the page; Escape and a press outside take it away. */
export function Modal({ title, onClose, isWide, children }: ModalProps) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop" />
        <Dialog.Popup className="popup dialog modal" data-wide={isWide || undefined} data-testid="modal">
          <header className="dialog-head">
            <Dialog.Title>{title}</Dialog.Title>
          </header>
          {children}
          {/* Last, so that the dialog opens with the focus on what it asks about. */}
          <Dialog.Close className="icon-button modal-close" aria-label={panelStrings.files.close}>
            <X size={16} />
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
