import type { ModelDownload } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { describeSaid } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';
import { formatBytes } from '../ui/format.js';

interface DownloadListProps {
  readonly downloads: readonly ModelDownload[];
  readonly act: (work: Promise<unknown>) => Promise<void>;
}

/** Each download with how far it is; nothing while there are none. */
export function DownloadList({ downloads, act }: DownloadListProps) {
  if (downloads.length === 0) return null;
  return (
    <section className="model-downloads" aria-label={texts.models.downloads} data-testid="model-downloads">
      <h3>{texts.models.downloads}</h3>
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
  const { id, repository, type, state, doneBytes, totalBytes, file, problem, because, unverified } = download;
  const { models } = useSession().api;
  const isOver = state === 'done' || state === 'failed';
  const end = isOver ? texts.models.remove(repository) : texts.models.cancel(repository);
  return (
    <>
      <div className="model-download-words">
        <strong>{repository}</strong>
        <small>
          {[
            texts.models.types[type] ?? type,
            texts.models.states[state],
            texts.models.progress(formatBytes(doneBytes), formatBytes(totalBytes)),
            ...(state === 'running' && file !== undefined ? [file] : []),
          ].join(' · ')}
        </small>
        {!isOver && <progress max={Math.max(totalBytes, 1)} value={doneBytes} aria-label={repository} />}
        {problem !== undefined && <span className="field-problem">{describeSaid({ message: problem, because })}</span>}
        {state === 'done' && unverified.length > 0 && <small>{texts.models.unverified(unverified)}</small>}
      </div>
      {state === 'failed' && <Button onClick={() => void act(models.resume(id))}>{texts.models.resume}</Button>}
      <IconButton isSmall label={end} onClick={() => void act(models.cancel(id))}>
        <X size={14} aria-hidden />
      </IconButton>
    </>
  );
}
