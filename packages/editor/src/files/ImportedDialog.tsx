import type { ImportReport } from '@unclip-studio/protocol';
import { panelStrings } from '../messages/panel-strings.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import './import-report.css';
import { useFiles } from '../session/session.js';

const words = panelStrings.comfyui;
// What is missing first, what is the same last.
const ORDER = ['placeholder', 'alike', 'absorbed', 'exact'] as const;

/** What became of each node of a ComfyUI workflow that was just opened. */
export function ImportedDialog({ name, report }: { readonly name: string; readonly report: ImportReport }) {
  const { ask } = useFiles();
  const { nodes, problems } = report;
  const missing = nodes.filter(({ likeness }) => likeness === 'placeholder').length;
  const rows = ORDER.flatMap((likeness) => nodes.filter((node) => node.likeness === likeness));
  const close = () => ask(undefined);
  return (
    <Dialog title={words.title(name)} onClose={close} testId="modal">
      <p>{missing === 0 ? words.whole(nodes.length) : words.partly(nodes.length - missing, nodes.length)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <ul className="import-report" tabIndex={0} aria-label={words.title(name)}>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
        {rows.map(({ id, type, became, likeness, words: remark }) => (
          <li key={id} data-likeness={likeness}>
            <b>{words.likeness[likeness]}</b>
            <span>
              {type} <small>({id})</small> {words.became} {became.join(', ') || words.leftAlone}
              {remark !== '' && <small className="import-remark">{remark}</small>}
            </span>
          </li>
        ))}
      </ul>
      <div className="modal-buttons">
        <Button variant="primary" onClick={close}>
          {words.done}
        </Button>
      </div>
    </Dialog>
  );
}
