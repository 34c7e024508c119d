import { Popover as Base } from '@base-ui/react/popover';
import type { ReactNode } from 'react';
import './ui.css';

interface PopoverProps {
  /** What opens it. */
  readonly trigger: { readonly className: string; readonly content: ReactNode } & (
    | { readonly label: string; readonly tip?: string; readonly testId?: string }
    | { readonly label?: undefined; readonly tip: string; readonly testId?: string }
  );
  readonly title: string;
  readonly className: string;
  readonly align?: 'start' | 'center' | 'end';
  readonly children: ReactNode;
}

/** Text to read next to the pressed button. */
export function Popover({ trigger, title, className, align = 'center', children }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger
        className={trigger.className}
        aria-label={trigger.label}
        data-tip={trigger.tip}
        data-testid={trigger.testId}
      >
        {trigger.content}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="menu-positioner" sideOffset={6} align={align}>
          <Base.Popup className={`popup ${className}`}>
            <Base.Title className="popup-title">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
