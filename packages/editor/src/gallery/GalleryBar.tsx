import ArrowLeft from 'lucide-react/icons/arrow-left';
import CircleHelp from 'lucide-react/icons/circle-question-mark';
import Star from 'lucide-react/icons/star';
import Trash from 'lucide-react/icons/trash-2';
import { useId, useRef } from 'react';
import { useStore } from 'zustand/react';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useGallery, useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button, IconButton } from '../ui/Button.js';
import { isComposing } from '../ui/keys.js';
import { Popover } from '../ui/Popover.js';
import { MAX_TILE_PX, MIN_TILE_PX } from '../view/preferences.js';
import { suggestQueries } from './suggest-queries.js';

const TYPING_MS = 200;

/** What to look for. */
export function GalleryBar() {
  const { state, close, search } = useGallery();
  const { ui } = useSession();
  const tilePx = useUi((one) => one.tilePx);
  const { like, total, model, month, board, isStarredOnly, isDeletedOnly, order, problem } = useStore(state);
  const { data: facets } = useServer(queries.galleryFacets);
  return (
    <header className="gallery-bar">
      <IconButton label={texts.gallery.close} onClick={close}>
        <ArrowLeft size={18} />
      </IconButton>
      <h2>{texts.gallery.title}</h2>
      {like === undefined ? <SearchField models={facets?.models.map(({ name }) => name) ?? []} /> : <LikeChip />}
      <Choice
        label={texts.gallery.model}
        value={model}
        none={texts.gallery.anyModel}
        options={(facets?.models ?? []).map(({ name, count }) => [name, `${name} (${count})`])}
        onChoose={(value) => search({ model: value })}
      />
      <Choice
        label={texts.gallery.month}
        value={month}
        none={texts.gallery.anyMonth}
        options={[
          ...(['today', 'yesterday', 'week'] as const).map((when) => [when, texts.gallery.times[when]] as const),
          ...(facets?.months ?? []).map((one) => [one.month, `${one.month} (${one.count})`] as const),
        ]}
        onChoose={(value) => search({ month: value })}
      />
      {(board !== '' || (facets?.boards ?? []).length > 0) && (
        <Choice
          label={texts.gallery.board}
          value={board}
          none={texts.gallery.anyBoard}
          options={boardOptions(facets?.boards ?? [], board)}
          onChoose={(value) => search({ board: value })}
        />
      )}
      <Button
        className="gallery-chip"
        aria-pressed={isStarredOnly}
        onClick={() => search({ isStarredOnly: !isStarredOnly })}
      >
        <Star size={14} /> {texts.gallery.starred} {facets?.starred ?? ''}
      </Button>
      <Button
        className="gallery-chip"
        aria-pressed={isDeletedOnly}
        onClick={() => search({ isDeletedOnly: !isDeletedOnly })}
      >
        <Trash size={14} /> {texts.gallery.deleted} {facets?.deleted ?? ''}
      </Button>
      <select
        className="gallery-choice"
        aria-label={texts.gallery.order}
        value={order}
        onChange={({ target }) => search({ order: target.value === 'oldest' ? 'oldest' : 'newest' })}
      >
        <option value="newest">{texts.gallery.newest}</option>
        <option value="oldest">{texts.gallery.oldest}</option>
      </select>
      <span className="gallery-count" role="status" data-testid="gallery-count">
        {problem === undefined && total !== undefined ? texts.gallery.count(total) : ''}
      </span>
      <input
        type="range"
        className="gallery-size"
        aria-label={texts.gallery.tileSize}
        data-tip={texts.gallery.tileSize}
        min={MIN_TILE_PX}
        max={MAX_TILE_PX}
        step={16}
        value={tilePx}
        onChange={({ target }) => ui.setState({ tilePx: target.valueAsNumber })}
      />
      <Button onClick={() => state.setState({ isCleaning: true })}>{texts.gallery.clean}</Button>
    </header>
  );
}

/** The chosen one stays in the list when its last image is gone. */
function boardOptions(boards: readonly { readonly name: string; readonly count: number }[], chosen: string) {
  const isKnown = chosen === '' || boards.some(({ name }) => name === chosen);
  const all = isKnown ? boards : [...boards, { name: chosen, count: 0 }];
  return all.map(({ name, count }) => [name, `${name} (${count})`] as const);
}

function SearchField({ models }: { readonly models: readonly string[] }) {
  const { catalog } = useSession();
  const { state, search } = useGallery();
  const query = useStore(state, (gallery) => gallery.query);
  const problem = useStore(state, (gallery) => gallery.problem);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [listId, problemId] = [useId(), useId()];
  const type = (text: string) => {
    state.setState({ query: text });
    clearTimeout(timer.current);
    timer.current = setTimeout(search, TYPING_MS);
  };
  return (
    <div className="gallery-search">
      <input
        type="search"
        placeholder={texts.gallery.searchHint}
        aria-label={texts.gallery.search}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : problemId}
        list={listId}
        data-testid="gallery-search"
        value={query}
        onChange={({ target }) => type(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || query === '' || isComposing(event.nativeEvent)) return;
          event.stopPropagation();
          search({ query: '' });
        }}
      />
      <datalist id={listId}>
        {suggestQueries(query, catalog.types.values(), models).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <SearchHelp />
      {problem !== undefined && (
        <p className="gallery-problem" id={problemId} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function SearchHelp() {
  return (
    <Popover
      title={texts.gallery.help}
      className="gallery-help"
      align="end"
      trigger={{ className: 'icon-button small', label: texts.gallery.help, content: <CircleHelp size={15} /> }}
    >
      <dl>
        {texts.gallery.helpLines.map(([sample, meaning]) => (
          <div key={sample}>
            <dt>
              <code>{sample}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}

function LikeChip() {
  const { api } = useSession();
  const { state, search } = useGallery();
  const like = useStore(state, (gallery) => gallery.like);
  if (like === undefined) return null;
  return (
    <div className="gallery-like">
      <img src={api.outputThumbnailUrl(like)} alt="" />
      <span>{texts.gallery.likeThis}</span>
      <Button onClick={() => search()}>{texts.gallery.backToAll}</Button>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly none: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, none, options, onChoose }: ChoiceProps) {
  return (
    <select
      className="gallery-choice"
      aria-label={label}
      value={value}
      onChange={({ target }) => onChoose(target.value)}
    >
      <option value="">{none}</option>
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  );
}
