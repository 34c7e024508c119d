import Plus from 'lucide-react/icons/plus';
import X from 'lucide-react/icons/x';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { useFiles } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button, IconButton } from '../ui/Button.js';

/** The workflows that are open in this page, if there are several. */
export function WorkflowTabBar() {
  const { tabs, state } = useFiles();
  const open = useStore(tabs.state, (now) => now.tabs);
  const shownTitle = useDocument((document) => document.title) ?? '';
  const isShownDirty = useStore(state, (file) => file.isDirty);
  return (
    <nav className="workflow-tabs" aria-label={texts.tabs.label} data-testid="workflow-tabs">
      {open.map(({ id, parked }) => {
        const title = (parked === undefined ? shownTitle : parked.document.whole.title) || texts.app.untitled;
        const isDirty = parked === undefined ? isShownDirty : parked.file.isDirty;
        return (
          <div key={id} className="workflow-tab" data-shown={parked === undefined || undefined}>
            <Button
              variant="bare"
              className="workflow-tab-title"
              aria-current={parked === undefined ? 'page' : undefined}
              data-tip={title}
              onClick={() => void tabs.show(id)}
              // As in browsers, the middle button closes.
              onAuxClick={({ button }) => button === 1 && void tabs.close(id)}
            >
              {title}
              {isDirty && <span className="file-dirty" role="img" aria-label={texts.files.unsaved} />}
            </Button>
            <IconButton label={texts.tabs.close(title)} onClick={() => void tabs.close(id)}>
              <X size={13} />
            </IconButton>
          </div>
        );
      })}
      <IconButton label={texts.tabs.open} data-testid="new-tab" onClick={() => void tabs.open()}>
        <Plus size={15} />
      </IconButton>
    </nav>
  );
}
