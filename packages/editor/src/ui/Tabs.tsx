import { Tabs as Base } from '@base-ui/react/tabs';
import type { ComponentType, ReactNode } from 'react';
import './ui.css';

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly Icon: ComponentType<{ readonly size?: number | string }>;
}

interface TabsProps {
  readonly tabs: readonly Tab[];
  /** The id of the tab whose content is shown. */
  readonly shown: string;
  readonly onShow: (id: string) => void;
  /** Next to the tabs. */
  readonly end?: ReactNode;
  /** Of the shown tab; the others have none on the page. */
  readonly children: ReactNode;
}

/** Tabs above what the chosen one shows. The arrow keys, Home and End go from one to the next and show it. */
export function Tabs({ tabs, shown, onShow, end, children }: TabsProps) {
  return (
    <Base.Root className="tabs" value={shown} onValueChange={(id: string) => onShow(id)}>
      <div className="panel-head">
        <Base.List className="panel-tabs" activateOnFocus>
          {tabs.map(({ id, title, Icon }) => (
            <Base.Tab key={id} value={id} aria-label={title} data-tip={title}>
              <Icon size={14} />
              <span>{title}</span>
            </Base.Tab>
          ))}
        </Base.List>
        {end}
      </div>
      <Base.Panel key={shown} className="panel-content" value={shown}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}
