import type { GalleryPicture, RecordedNode } from '@unclip-studio/protocol';
import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import Ellipsis from 'lucide-react/icons/ellipsis';
import Star from 'lucide-react/icons/star';
import X from 'lucide-react/icons/x';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useStore } from 'zustand/react';
import { imageActions } from '../actions/image-actions.js';
import { openImageMenu } from '../actions/image-menu.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { addressFor } from '../session/files/page-address.js';
import { NO_FILTERS } from '../session/gallery/gallery-state.js';
import { useServer } from '../session/server-data.js';
import { useGallery, useSession } from '../session/session.js';
import { Button, ButtonLink, IconButton } from '../ui/Button.js';
import { formatDateTime } from '../ui/format.js';
import { latinKey } from '../ui/keys.js';
import { sameInputs, samePrompt } from './same-queries.js';

/** One image in full, and how it was made. The graph behind the gallery is not touched by looking. */
export function ImageView({ place }: { readonly place: number }) {
  const gallery = useGallery();
  const { state, at, need, star, remove } = gallery;
  const total = useStore(state, (one) => one.total) ?? 0;
  useStore(state, (one) => one.version);
  const box = useRef<HTMLDivElement>(null);
  const image = at(place);
  const go = (to: number) => {
    if (to >= 0 && to < total) state.setState({ looking: to, at: to, anchor: to });
  };
  useEffect(() => need(Math.max(0, place - 1), Math.min(total - 1, place + 1)), [need, place, total]);
  useEffect(() => box.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowRight') go(place + 1);
    else if (event.key === 'ArrowLeft') go(place - 1);
    else if (latinKey(event.nativeEvent) === 's' && image) void star([image]);
    else if (event.key === 'Delete' && image) {
      state.setState({ looking: undefined });
      void remove([image.id]);
    } else return;
    event.preventDefault();
  };
  const close = () => state.setState({ looking: undefined });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are shortcuts for the buttons inside
    <div className="image-view" ref={box} tabIndex={-1} onKeyDown={onKeyDown} data-testid="image-view">
      <div className="image-stage">
        {image !== undefined && <FullImage image={image} />}
        <IconButton
          className="image-previous"
          label={texts.gallery.previous}
          disabled={place === 0}
          onClick={() => go(place - 1)}
        >
          <ChevronLeft size={22} />
        </IconButton>
        <IconButton
          className="image-next"
          label={texts.gallery.next}
          disabled={place >= total - 1}
          onClick={() => go(place + 1)}
        >
          <ChevronRight size={22} />
        </IconButton>
      </div>
      {image !== undefined && <Details image={image} onClose={close} />}
    </div>
  );
}

function FullImage({ image }: { readonly image: GalleryPicture }) {
  const { api } = useSession();
  return <img src={api.outputUrl(image)} alt={texts.gallery.image(image.title, image.prompt)} draggable={false} />;
}

function Details({ image, onClose }: { readonly image: GalleryPicture; readonly onClose: () => void }) {
  const { data: settings } = useServer((api) => queries.imageSettings(api, image.id));
  const made = formatDateTime(image.createdAt);
  return (
    <aside className="image-details" aria-label={texts.gallery.settings}>
      <header>
        <h3>{image.title}</h3>
        <IconButton label={texts.gallery.closeImage} onClick={onClose}>
          <X size={18} />
        </IconButton>
      </header>
      <p className="image-facts">
        {image.widthPx} × {image.heightPx} · {texts.gallery.made(made)}
      </p>
      {image.prompt !== '' && (
        <p className="image-prompt">
          <span>{texts.gallery.prompt}</span> {image.prompt}
        </p>
      )}
      <Buttons image={image} />
      <SameButtons image={image} settings={settings ?? []} />
      <h4>{texts.gallery.settings}</h4>
      {settings?.length === 0 && <p className="image-facts">{texts.gallery.noSettings}</p>}
      {settings?.map((node) => (
        <NodeSettings key={node.id} node={node} />
      ))}
    </aside>
  );
}

interface SameButtonsProps {
  readonly image: GalleryPicture;
  readonly settings: readonly RecordedNode[];
}

/** Ways to other images that have something in common with this one. */
function SameButtons({ image: { prompt, board }, settings }: SameButtonsProps) {
  const { catalog } = useSession();
  const { search } = useGallery();
  const promptQuery = samePrompt(prompt);
  return (
    <div className="image-buttons">
      {promptQuery !== undefined && (
        <Button onClick={() => search({ ...NO_FILTERS, query: promptQuery })}>{texts.gallery.samePrompt}</Button>
      )}
      {sameInputs(settings, (type) => catalog.types.get(type)).map(({ name, query }) => (
        <Button key={name} tip={name} onClick={() => search({ ...NO_FILTERS, query })}>
          {texts.gallery.sameInput}
        </Button>
      ))}
      {board !== undefined && (
        <Button onClick={() => search({ ...NO_FILTERS, board })}>{texts.gallery.onBoard(board)}</Button>
      )}
    </div>
  );
}

// Of the actions of any image; the others are in its menu.
const DIRECT: readonly string[] = ['use', 'workflow', 'download'];

function Buttons({ image }: { readonly image: GalleryPicture }) {
  const session = useSession();
  const { ui } = session;
  const { showLike, star, remove, restore, state } = useGallery();
  const { id } = image;
  return (
    <div className="image-buttons">
      <Button aria-pressed={image.starred} onClick={() => void star([image])}>
        <Star size={14} /> {image.starred ? texts.gallery.unstar : texts.gallery.star}
      </Button>
      <Button onClick={() => void showLike(image)}>{texts.gallery.more}</Button>
      <ButtonLink href={addressFor({ kind: 'output', id })} target="_blank" rel="noreferrer">
        {texts.gallery.openTab}
      </ButtonLink>
      {imageActions
        .filter(({ id: action }) => DIRECT.includes(action))
        .map((action) => (
          <Button key={action.id} onClick={() => void action.run(session, { output: image })}>
            {action.label()}
          </Button>
        ))}
      <Button onClick={() => state.setState({ moving: [id] })}>{texts.gallery.moveTo}</Button>
      <Button aria-haspopup="menu" onClick={(event) => openImageMenu(ui, event, { output: image })}>
        <Ellipsis size={14} /> {texts.images.menu}
      </Button>
      <Button
        onClick={() => {
          state.setState({ looking: undefined });
          void (image.deletedAt === undefined ? remove([id]) : restore([id]));
        }}
      >
        {image.deletedAt === undefined ? texts.gallery.remove : texts.gallery.restore}
      </Button>
    </div>
  );
}

/** What a node was set to; each value leads to other images with it. */
function NodeSettings({ node: { type, params, files = {} } }: { readonly node: RecordedNode }) {
  const { catalog } = useSession();
  const { search } = useGallery();
  const shown = Object.entries({ ...params, ...files }).filter(([, value]) => isShown(value));
  if (shown.length === 0) return null;
  const definition = catalog.types.get(type);
  return (
    <section className="image-node">
      <h5>{definition?.title ?? type}</h5>
      <dl>
        {shown.map(([name, value]) => {
          const text = String(value);
          const query = `${name}=${/[\s"]/.test(text) ? `"${text.replaceAll('"', ' ')}"` : text}`;
          return (
            <div key={name}>
              <dt>{definition?.params[name]?.label ?? name}</dt>
              <dd>
                <Button
                  variant="bare"
                  className="setting-value"
                  tip={texts.gallery.searchFor(query)}
                  onClick={() => search({ query })}
                >
                  {text}
                </Button>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

function isShown(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}
