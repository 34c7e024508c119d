import type { OutputRecord } from '@unclip-studio/protocol';
import ImageIcon from 'lucide-react/icons/image';
import { useCallback } from 'react';
import { dragImage } from '../actions/drag-image.js';
import { openImageMenu } from '../actions/image-menu.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useHasPreview, useRunState } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';

const MAX_SHOWN = 9;

/** The images of a node: previews while it runs, then its results. */
export function CardImages({ id, height }: { readonly id: string; readonly height: number }) {
  const run = useRunState(id);
  const hasPreview = useHasPreview(id);
  // Results stay until there are new ones, or the node shows a preview.
  const showsResults = run.outputs.length > 0 && !(run.state === 'running' && hasPreview);
  return (
    <div className="card-images" style={{ height }} data-stale={run.isStale || undefined}>
      {showsResults ? (
        <Results outputs={run.outputs} />
      ) : hasPreview ? (
        <LiveImage id={id} />
      ) : (
        <span className="card-no-image">
          <ImageIcon size={20} aria-hidden />
          {texts.card.noImage}
        </span>
      )}
    </div>
  );
}

/** A canvas which the preview bus paints on, past React. */
function LiveImage({ id }: { readonly id: string }) {
  const { previews, store } = useSession();
  const runId = store.runId(id);
  const attach = useCallback(
    (canvas: HTMLCanvasElement | null) => (canvas === null ? undefined : previews.attach(runId, canvas)),
    [previews, runId],
  );
  return <canvas ref={attach} className="card-live" data-testid="live-image" width={256} height={256} />;
}

function Results({ outputs }: { readonly outputs: readonly OutputRecord[] }) {
  const { api, ui } = useSession();
  const columns = Math.ceil(Math.sqrt(Math.min(outputs.length, MAX_SHOWN)));
  const hidden = outputs.length - MAX_SHOWN;
  return (
    <div className="card-results" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
      {outputs.slice(0, MAX_SHOWN).map((output, i) => (
        <Button
          variant="bare"
          key={output.id}
          className="card-result"
          aria-label={`${texts.card.result(i + 1, outputs.length)}. ${texts.card.openResult}`}
          data-image-menu
          draggable
          onDragStart={(event) => dragImage(event, { output, url: api.outputUrl(output) })}
          onContextMenu={(event) => openImageMenu(ui, event, { output, outputs })}
          onPointerDown={stopPointer}
          onClick={() => ui.setState({ viewing: { outputs, index: i } })}
        >
          <img src={api.outputUrl(output)} alt="" draggable={false} decoding="async" />
          {i === MAX_SHOWN - 1 && hidden > 0 && <span className="card-more-results">+{hidden}</span>}
        </Button>
      ))}
    </div>
  );
}
