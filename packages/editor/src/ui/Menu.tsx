import { Menu as Base } from '@base-ui/react/menu';
import type { CSSProperties, ReactNode } from 'react';
import './ui.css';

interface MenuButtonProps {
  /** What the menu is about, for screen readers and the tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly testId?: string;
  readonly children: ReactNode;
}

/** An icon that opens a menu below itself. */
export function MenuButton({ label, icon, testId, children }: MenuButtonProps) {
  return (
    <Base.Root>
      <Base.Trigger className="icon-button" aria-label={label} data-tip={label} data-testid={testId}>
        {icon}
      </Base.Trigger>
      {/* Outside of all other landmarks. */}
      <Base.Portal role="region" aria-label={label}>
        <Base.Positioner className="menu-positioner" sideOffset={6} align="start">
          <Base.Popup className="popup menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuAtPointProps {
  /** What the menu is about, for screen readers. */
  readonly label: string;
  /** Where its corner is, in pixels of the page. */
  readonly anchor: { getBoundingClientRect(): DOMRect };
  readonly testId?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A menu that is already open, such as a context menu. */
export function MenuAtPoint({ label, anchor, testId, onClose, children }: MenuAtPointProps) {
  return (
    <Base.Root open onOpenChange={(isOpen) => !isOpen && onClose()} modal={false}>
      <Base.Portal role="region" aria-label={label}>
        <Base.Positioner
          className="menu-positioner"
          {...{ anchor, side: 'bottom', align: 'start', positionMethod: 'fixed' }}
          // One that is longer than the window is high below the pointer covers it.
          collisionAvoidance={{ side: 'shift', align: 'shift', fallbackAxisSide: 'none' }}
        >
          <Base.Popup className="popup menu" aria-label={label} data-testid={testId}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  readonly label: string;
  /** The key that does the same, as it is shown. */
  readonly shortcut?: string | undefined;
  readonly isDisabled?: boolean;
  readonly onChoose: () => void;
}

export function MenuItem({ label, shortcut, isDisabled = false, onChoose }: MenuItemProps) {
  return (
    <Base.Item className="menu-item" disabled={isDisabled} onClick={onChoose}>
      {label}
      {shortcut !== undefined && <kbd>{shortcut}</kbd>}
    </Base.Item>
  );
}

interface MenuChoicesProps<Value extends string> {
  readonly chosen: Value;
  /** Value and label. */
  readonly choices: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

/** Entries of which one is chosen. */
export function MenuChoices<Value extends string>({ chosen, choices, onChoose }: MenuChoicesProps<Value>) {
  return (
    <Base.RadioGroup value={chosen} onValueChange={onChoose}>
      {choices.map(([value, label]) => (
        <Base.RadioItem key={value} className="menu-item" value={value} closeOnClick lang={value}>
          {label}
          <Base.RadioItemIndicator>✓</Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MenuLine() {
  return <Base.Separator className="menu-line" />;
}

interface MenuColour {
  readonly label: string;
  /** Of CSS. */
  readonly colour: string;
  readonly onChoose: () => void;
}

/** Colours side by side. */
export function MenuColours({ label, colours }: { readonly label: string; readonly colours: readonly MenuColour[] }) {
  return (
    <Base.Group className="menu-colours" aria-label={label}>
      {colours.map(({ label: name, colour, onChoose }) => {
        const style: CSSProperties = { background: colour };
        return <Base.Item key={name} className="menu-colour" aria-label={name} style={style} onClick={onChoose} />;
      })}
    </Base.Group>
  );
}

interface MenuTool {
  readonly label: string;
  readonly icon: ReactNode;
  readonly onChoose: () => void;
}

/** Icons side by side, for what is best shown. */
export function MenuTools({ label, tools }: { readonly label: string; readonly tools: readonly MenuTool[] }) {
  return (
    <Base.Group className="menu-tools" aria-label={label}>
      {tools.map(({ label: name, icon, onChoose }) => (
        <Base.Item key={name} className="menu-tool" aria-label={name} data-tip={name} onClick={onChoose}>
          {icon}
        </Base.Item>
      ))}
    </Base.Group>
  );
}
