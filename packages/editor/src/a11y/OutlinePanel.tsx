import { texts } from '../messages/texts.js';
import { useUi } from '../session/use-stores.js';
import { AddNodeField } from './AddNodeField.js';
import { ConnectList } from './ConnectList.js';
import './outline.css';
import { OutlineRowView } from './OutlineRowView.js';
import { takeOutlineKey } from './outline-keys.js';
import { useOutline } from './use-outline.js';

/** The whole graph as a tree grid: what the canvas shows, for keys and for screen readers. */
export function OutlinePanel() {
  const outline = useOutline();
  const selection = useUi((state) => state.selection);
  const { grid, rows, current, connecting, isOpen } = outline;
  return (
    <div className="outline" data-testid="outline">
      <AddNodeField onAdded={outline.focusRow} />
      <p id="outline-hint" className="outline-hint">
        {texts.outline.hint}
      </p>
      {rows.length === 0 && <p className="outline-hint">{texts.outline.empty}</p>}
      <table
        ref={grid}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a tree grid is a table, as the ARIA practices build it
        role="treegrid"
        aria-label={texts.outline.label}
        aria-describedby="outline-hint"
        onKeyDown={(event) => takeOutlineKey(outline, event)}
      >
        <tbody>
          {rows.map((row) => (
            <OutlineRowView
              key={row.key}
              row={row}
              isOpen={isOpen(row.node)}
              isSelected={row.kind === 'node' && selection.has(row.node)}
              isTabStop={row.key === current?.key}
              onFocus={() => outline.enter(row)}
              onToggle={() => outline.setOpen(row.node, !isOpen(row.node))}
              onConnect={() => outline.startConnecting(row)}
            />
          ))}
        </tbody>
      </table>
      {connecting && <ConnectList from={connecting} onDone={outline.finishConnecting} />}
    </div>
  );
}
