import type { ImportReport } from '@unclip-studio/protocol';
import { definitionOf } from '../catalog/definitions.js';
import { texts } from '../messages/texts.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import './import-report.css';
import { useFiles, useSession } from '../session/session.js';

// Missing nodes first, unchanged ones last.
const ORDER = ['placeholder', 'alike', 'absorbed', 'exact'] as const;

/** What became of each node of a ComfyUI workflow that was just opened. */
export function ImportedDialog({ name, report }: { readonly name: string; readonly report: ImportReport }) {
  const { ask } = useFiles();
  const { catalog, store } = useSession();
  const { nodes: cards } = store.whole;
  const titleOf = (id: string) => cards[id]?.title ?? definitionOf(catalog, cards, id)?.title ?? id;
  const { nodes, problems } = report;
  const missing = nodes.filter(({ likeness }) => likeness === 'placeholder').length;
  const rows = ORDER.flatMap((likeness) => nodes.filter((node) => node.likeness === likeness));
  const close = () => ask(undefined);
  return (
    <Dialog title={texts.comfyui.title(name)} onClose={close} testId="modal">
      <p>
        {missing === 0 ? texts.comfyui.whole(nodes.length) : texts.comfyui.partly(nodes.length - missing, nodes.length)}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <ul className="import-report" tabIndex={0} aria-label={texts.comfyui.title(name)}>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
        {rows.map(({ id, type, became, likeness, words: remark }) => (
          <li key={id} data-likeness={likeness}>
            <b>{texts.comfyui.likeness[likeness]}</b>
            <span>
              {type} <small>({id})</small> {texts.comfyui.became}{' '}
              {became.map(titleOf).join(', ') || texts.comfyui.leftAlone}
              {remark !== '' && <small className="import-remark">{remark}</small>}
            </span>
          </li>
        ))}
      </ul>
      <div className="modal-buttons">
        <Button variant="primary" onClick={close}>
          {texts.comfyui.done}
        </Button>
      </div>
    </Dialog>
  );
}
