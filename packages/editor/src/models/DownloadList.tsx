import type { ModelDownload } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';
import { formatBytes } from '../ui/format.js';

import { modelStrings as words } from './strings.js';

interface DownloadListProps {
  readonly downloads: readonly ModelDownload[];
  readonly act: (work: Promise<unknown>) => Promise<void>;
}

/** Each download with how far it is; nothing while there are none. */
export function DownloadList({ downloads, act }: DownloadListProps) {
  if (downloads.length === 0) return null;
  return (
    <section className="model-downloads" aria-label={words.downloads} data-testid="model-downloads">
      <h3>{words.downloads}</h3>
      <ul>
        {downloads.map((download) => (
          <li key={download.id} data-state={download.state} data-repository={download.repository}>
            <DownloadRow download={download} act={act} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DownloadRow({ download, act }: { readonly download: ModelDownload; readonly act: DownloadListProps['act'] }) {
  const { id, repository, type, state, doneBytes, totalBytes, file, problem, unverified } = download;
  const { models } = useSession().api;
  const isOver = state === 'done' || state === 'failed';
  const end = isOver ? words.remove(repository) : words.cancel(repository);
  return (
    <>
      <div className="model-download-words">
        <strong>{repository}</strong>
        <small>
          {[
            words.types[type] ?? type,
            words.states[state],
            words.progress(formatBytes(doneBytes), formatBytes(totalBytes)),
            ...(state === 'running' && file !== undefined ? [file] : []),
          ].join(' · ')}
        </small>
        {!isOver && <progress max={Math.max(totalBytes, 1)} value={doneBytes} aria-label={repository} />}
        {problem !== undefined && <span className="field-problem">{problem}</span>}
        {state === 'done' && unverified.length > 0 && <small>{words.unverified(unverified)}</small>}
      </div>
      {state === 'failed' && <Button onClick={() => void act(models.resume(id))}>{words.resume}</Button>}
      <IconButton isSmall label={end} onClick={() => void act(models.cancel(id))}>
        <X size={14} aria-hidden />
      </IconButton>
    </>
  );
}
