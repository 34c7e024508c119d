import type { RunRecord, WorkflowVersion } from '@unclip-studio/protocol';
import FileIcon from 'lucide-react/icons/file';
import History from 'lucide-react/icons/history';
import LayoutTemplate from 'lucide-react/icons/layout-template';
import Plus from 'lucide-react/icons/plus';
import Share from 'lucide-react/icons/share-2';
import Trash from 'lucide-react/icons/trash-2';
import { type ReactNode, useState } from 'react';
import { insertSaved } from '../actions/structure-actions.js';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { describeRequired } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useFiles, useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';
import { whenWords } from '../ui/format.js';
import { findTemplates } from './find-templates.js';
import './library.css';

/** The saved workflows and the templates, to be searched and opened. */
export function LibraryPanel() {
  const { client, guard, openSaved, openNew, say } = useFiles();
  const [query, setQuery] = useState('');
  const { data: saved = [] } = useServer(queries.savedWorkflows);
  const { data: templates = [] } = useServer(queries.templates);
  const { data: runs = [] } = useServer(queries.recentRuns);
  const { catalog } = useSession();
  const fits = (text: string) => text.toLowerCase().includes(query.trim().toLowerCase());
  const shown = saved.filter(({ name, title }) => fits(name) || fits(title));
  const shownTemplates = findTemplates(templates, query, (type) => catalog.types.get(type));

  /** Replaces the open document, or says why not. */
  function open(name: string, read: () => Promise<void>): void {
    guard(() => void read().catch((error: unknown) => say(texts.files.openFailed(name, errorWords(error)))));
  }

  return (
    <div className="library" data-testid="library">
      <input
        type="search"
        className="text-field"
        placeholder={texts.files.search}
        aria-label={texts.files.search}
        value={query}
        onChange={({ target }) => setQuery(target.value)}
      />
      <h2>{texts.files.mine}</h2>
      {saved.length === 0 && <p className="library-note">{texts.files.none}</p>}
      <ul>
        {shown.map((version) => (
          <LibraryItem
            key={version.name}
            name={version.name}
            detail={texts.files.savedAt(whenWords(version.savedAt))}
            image={<Thumbnail title={version.title} runs={runs} fallback={<FileIcon size={18} aria-hidden />} />}
            onOpen={() => open(version.name, async () => openSaved(await client.read(version.name)))}
          >
            <SavedButtons version={version} />
          </LibraryItem>
        ))}
      </ul>
      <h2>{texts.files.templates}</h2>
      <ul>
        {shownTemplates.map(({ name, title, description = '', requires = [] }) => (
          <LibraryItem
            key={name}
            name={title}
            detail={description}
            tip={[description, ...requires.map(describeRequired)].join('\n')}
            badge={requires.length > 0 ? texts.files.needsDownload : undefined}
            image={<TemplateImage url={client.templateThumbnailUrl(name)} />}
            onOpen={() => open(title, async () => openNew(await client.readTemplate(name)))}
          />
        ))}
      </ul>
      {shown.length + shownTemplates.length === 0 && query !== '' && (
        <p className="library-note">{texts.files.noMatch}</p>
      )}
    </div>
  );
}

function SavedButtons({ version: { name } }: { readonly version: WorkflowVersion }) {
  const session = useSession();
  const { client, ask, say, state } = useFiles();
  async function remove(): Promise<void> {
    await client.remove(name);
    // A document whose name is gone is new again, so that the next save asks where to.
    if (state.getState().name === name) state.setState({ name: undefined, revision: 0, isDirty: true });
    ask({ kind: 'versions', name });
    say(texts.files.removed(name));
  }
  return (
    <>
      <IconButton isSmall label={texts.files.insert(name)} onClick={() => void insertSaved(session, name)}>
        <Plus size={14} />
      </IconButton>
      <IconButton isSmall label={texts.versions.title(name)} onClick={() => ask({ kind: 'versions', name })}>
        <History size={14} />
      </IconButton>
      <IconButton
        isSmall
        label={texts.sharing.title(name)}
        onClick={() => ask({ kind: 'share-links', name, shows: 'view' })}
      >
        <Share size={14} />
      </IconButton>
      <IconButton
        isSmall
        label={texts.files.remove(name)}
        onClick={() => void remove().catch((error: unknown) => say(texts.files.saveFailed(errorWords(error))))}
      >
        <Trash size={14} />
      </IconButton>
    </>
  );
}

interface LibraryItemProps {
  readonly name: string;
  readonly detail: string;
  /** All that there is to say, for a tooltip. */
  readonly tip?: string;
  readonly badge?: string | undefined;
  readonly image: ReactNode;
  readonly onOpen: () => void;
  readonly children?: ReactNode;
}

function LibraryItem({ name, detail, tip, badge, image, onOpen, children }: LibraryItemProps) {
  return (
    <li>
      <Button variant="bare" className="library-open" onClick={onOpen} tip={tip}>
        {image}
        <span>
          <strong>{name}</strong>
          <small>{detail}</small>
          {badge !== undefined && <small className="library-badge">{badge}</small>}
        </span>
      </Button>
      {children}
    </li>
  );
}

function TemplateImage({ url }: { readonly url: string }) {
  const [isMissing, setIsMissing] = useState(false);
  return (
    <span className="library-image">
      {isMissing ? (
        <LayoutTemplate size={18} aria-hidden />
      ) : (
        <img src={url} alt="" loading="lazy" onError={() => setIsMissing(true)} />
      )}
    </span>
  );
}

interface ThumbnailProps {
  readonly title: string;
  readonly runs: readonly RunRecord[];
  readonly fallback: ReactNode;
}

/** The newest image that a workflow of this title has made. */
function Thumbnail({ title, runs, fallback }: ThumbnailProps) {
  const { api } = useSession();
  const output = runs.find((run) => run.title === title && run.outputs.length > 0)?.outputs.at(-1);
  return (
    <span className="library-image">
      {output === undefined ? fallback : <img src={api.outputThumbnailUrl(output)} alt="" loading="lazy" />}
    </span>
  );
}
