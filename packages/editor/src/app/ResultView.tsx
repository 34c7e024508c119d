import type { OutputRecord } from '@unclip-studio/protocol';
import Brush from 'lucide-react/icons/brush';
import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import Columns from 'lucide-react/icons/columns-2';
import Ellipsis from 'lucide-react/icons/ellipsis';
import { useState } from 'react';
import { ImageMenu, openImageMenu } from '../actions/image-menu.js';
import { inpaintOutput } from '../actions/paint-mask.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { IconButton } from '../ui/Button.js';
import { Dialog, DialogClose, DialogTitle } from '../ui/Dialog.js';

export interface ResultViewProps {
  readonly outputs: readonly OutputRecord[];
  readonly index: number;
  /** Shows the comparison with the next one from the start. */
  readonly isComparing?: boolean;
}

/** A result in full size; two neighbours can be compared under a slider. */
export function ResultView({ outputs, index, isComparing: comparesAtFirst = false }: ResultViewProps) {
  const session = useSession();
  const { api, ui, painter } = session;
  const [isComparing, setIsComparing] = useState(comparesAtFirst);
  const [split, setSplit] = useState(50);
  const shown = outputs[index];
  const other = outputs[(index + 1) % outputs.length];
  if (shown === undefined) return null;
  const go = (by: number) => {
    ui.setState({ viewing: { outputs, index: (index + by + outputs.length) % outputs.length } });
  };
  const close = () => ui.setState({ viewing: undefined });
  const compares = isComparing && other !== undefined && other !== shown;
  return (
    <Dialog
      size="page"
      className="result-view"
      testId="result-view"
      onClose={close}
      onKeyDown={({ key, target }) => {
        if (target instanceof HTMLInputElement) return;
        if (key === 'ArrowRight') go(1);
        else if (key === 'ArrowLeft') go(-1);
      }}
    >
      <div className="result-head">
        <DialogTitle>
          {shown.name} · {texts.card.result(index + 1, outputs.length)} · {shown.widthPx} × {shown.heightPx}
        </DialogTitle>
        {outputs.length > 1 && (
          <>
            <IconButton label={texts.viewer.previous} onClick={() => go(-1)}>
              <ChevronLeft size={18} />
            </IconButton>
            <IconButton label={texts.viewer.next} onClick={() => go(1)}>
              <ChevronRight size={18} />
            </IconButton>
            <IconButton
              label={texts.viewer.compare}
              aria-pressed={isComparing}
              onClick={() => setIsComparing(!isComparing)}
            >
              <Columns size={18} />
            </IconButton>
          </>
        )}
        {painter !== undefined && (
          <IconButton
            label={texts.painting.title}
            onClick={() => {
              close();
              inpaintOutput(session, shown);
            }}
          >
            <Brush size={18} />
          </IconButton>
        )}
        <IconButton
          label={texts.images.menu}
          aria-haspopup="menu"
          onClick={(event) => openImageMenu(ui, event, { output: shown, outputs })}
        >
          <Ellipsis size={18} />
        </IconButton>
        <DialogClose />
      </div>
      <div className="result-stage">
        <img
          src={api.outputUrl(shown)}
          alt={shown.name}
          onContextMenu={(event) => openImageMenu(ui, event, { output: shown, outputs })}
        />
        {compares && (
          <>
            <img src={api.outputUrl(other)} alt={other.name} style={{ clipPath: `inset(0 0 0 ${split}%)` }} />
            <input
              type="range"
              aria-label={texts.viewer.compare}
              min={0}
              max={100}
              value={split}
              onChange={(event) => setSplit(Number(event.target.value))}
            />
          </>
        )}
      </div>
      <ImageMenu />
    </Dialog>
  );
}
