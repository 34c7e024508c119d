import type { OutputRecord, RunRecord } from '@unclip-studio/protocol';
import Download from 'lucide-react/icons/download';
import ExternalLink from 'lucide-react/icons/external-link';
import { useState } from 'react';
import { useStore } from 'zustand/react';
import { dragImage } from '../actions/drag-image.js';
import { openImageMenu } from '../actions/image-menu.js';
import { fileNameOf } from '../api/client.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import type { Running } from '../session/running/running.js';
import { useServer } from '../session/server-data.js';
import { useRunning, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button, IconLink } from '../ui/Button.js';
import './library.css';
import { addressFor } from '../session/files/page-address.js';

// How the server calls a run of a workflow without a title.
const UNTITLED = 'Untitled';

/** Everything that runs of this workflow have made, newest first. */
export function ResultsPanel() {
  const running = useRunning();
  return running === undefined ? null : <Results running={running} />;
}

function Results({ running }: { readonly running: Running }) {
  const { ui } = useSession();
  const title = useDocument((document) => document.title) ?? '';
  const live = useStore(running.runner.follower.queue, (queue) => queue.runs);
  const { data: earlier = [] } = useServer(queries.recentRuns);
  const [isAll, setIsAll] = useState(false);
  const wanted = title === '' ? UNTITLED : title;
  const outputs = outputsOf([...Object.values(live), ...earlier], (run) => isAll || run.title === wanted);
  return (
    <div className="results">
      <fieldset className="results-choice" aria-label={texts.results.which}>
        <Button variant="bare" aria-pressed={!isAll} onClick={() => setIsAll(false)}>
          {texts.results.ofThis}
        </Button>
        <Button variant="bare" aria-pressed={isAll} onClick={() => setIsAll(true)}>
          {texts.results.all}
        </Button>
      </fieldset>
      {outputs.length === 0 && <p className="library-note">{texts.results.empty}</p>}
      <ul className="results-strip" data-testid="results">
        {outputs.map((output, index) => (
          <li key={output.id}>
            <Result output={output} outputs={outputs} onView={() => ui.setState({ viewing: { outputs, index } })} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ResultProps {
  readonly output: OutputRecord;
  /** Its neighbours. */
  readonly outputs: readonly OutputRecord[];
  readonly onView: () => void;
}

function Result({ output, outputs, onView }: ResultProps) {
  const { api, ui } = useSession();
  const { id, name, index } = output;
  return (
    <>
      <Button
        variant="bare"
        className="result-image"
        draggable
        onDragStart={(event) => dragImage(event, { output, url: api.outputUrl(output) })}
        onContextMenu={(event) => openImageMenu(ui, event, { output, outputs })}
        aria-label={texts.results.view(`${name} ${index + 1}`)}
        onClick={onView}
      >
        <img src={api.outputThumbnailUrl(output)} alt="" loading="lazy" draggable={false} />
      </Button>
      <span className="result-buttons">
        <IconLink
          isSmall
          href={addressFor({ kind: 'output', id })}
          target="_blank"
          rel="noreferrer"
          label={texts.results.openAsWorkflow}
        >
          <ExternalLink size={14} />
        </IconLink>
        <IconLink isSmall href={api.outputUrl(output)} download={fileNameOf(output)} label={texts.results.download}>
          <Download size={14} />
        </IconLink>
      </span>
    </>
  );
}

/** Each output once, newest first; those of one run in their order. */
function outputsOf(runs: readonly RunRecord[], fits: (run: RunRecord) => boolean): readonly OutputRecord[] {
  const byRun = new Map<string, RunRecord>();
  for (const run of runs) if (!byRun.has(run.id) && fits(run)) byRun.set(run.id, run);
  return [...byRun.values()]
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .flatMap(({ outputs }) => outputs.filter(({ temporary }) => !temporary));
}
