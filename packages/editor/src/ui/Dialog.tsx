import { Dialog as Base } from '@base-ui/react/dialog';
import X from 'lucide-react/icons/x';
import type { KeyboardEvent, ReactNode } from 'react';
import { texts } from '../messages/texts.js';
import './ui.css';

export interface DialogProps {
  /** In the header, next to the close button. Without it the dialog has a `label`, or a `DialogTitle` inside. */
  readonly title?: string;
  /** Its name for screen readers, if it shows no title. */
  readonly label?: string;
  /**
   * `question`: a few words and buttons. `wide`: a list with details. `sheet`: as high as its content. `page`: over the
   * whole page.
   */
  readonly size?: 'question' | 'wide' | 'sheet' | 'page';
  readonly className?: string;
  readonly testId?: string;
  readonly onClose: () => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
  readonly children: ReactNode;
}

/** Covers the page until it is closed: the focus stays inside, and Escape and a press outside close it. */
export function Dialog(props: DialogProps) {
  const { title, label, size = 'question', className, testId, onClose, onKeyDown, children } = props;
  const isPage = size === 'page';
  return (
    <Base.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        {!isPage && <Base.Backdrop className="dialog-backdrop" />}
        <Base.Popup
          className={[...LOOKS[size], className].filter(Boolean).join(' ')}
          data-size={size}
          data-testid={testId}
          aria-label={label}
          onKeyDown={onKeyDown}
        >
          {title !== undefined && (
            <div className="dialog-head">
              <Base.Title>{title}</Base.Title>
            </div>
          )}
          {children}
          {/* Last, so that the dialog opens with the focus on its question. */}
          {title !== undefined && <DialogClose className="dialog-close" />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

const LOOKS = {
  question: ['popup', 'dialog', 'modal'],
  wide: ['popup', 'dialog', 'modal'],
  sheet: ['popup', 'dialog'],
  page: [],
} as const;

/** Its title, for a dialog with its own header. */
export const DialogTitle = Base.Title;

/** Its description, which screen readers announce after the title. */
export const DialogDescription = Base.Description;

export function DialogClose({ className = '' }: { readonly className?: string }) {
  return (
    <Base.Close className={`icon-button ${className}`} aria-label={texts.files.close}>
      <X size={16} />
    </Base.Close>
  );
}
