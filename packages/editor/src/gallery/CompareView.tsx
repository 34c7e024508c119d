import type { GalleryPicture } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from 'react';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useGallery, useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';

const MAX_ZOOM = 16;

interface Zoom {
  readonly factor: number;
  /** Of the images' side. */
  readonly x: number;
  readonly y: number;
}

/** Two to four images that zoom and move together, and the settings that differ. */
export function CompareView({ images }: { readonly images: readonly GalleryPicture[] }) {
  const { api } = useSession();
  const { state } = useGallery();
  const [zoom, setZoom] = useState<Zoom>({ factor: 1, x: 0, y: 0 });
  const [split, setSplit] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  useEffect(() => {
    const element = stage.current;
    const onWheel = (event: WheelEvent) => {
      // React listens passively, which cannot keep the page from scrolling.
      event.preventDefault();
      setZoom(({ factor, x, y }) => {
        const next = Math.min(MAX_ZOOM, Math.max(1, factor * 2 ** (-event.deltaY / 300)));
        return next === 1 ? { factor: 1, x: 0, y: 0 } : { factor: next, x, y };
      });
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, []);
  const onPointerMove = ({ buttons, movementX, movementY, currentTarget }: PointerEvent) => {
    if (buttons !== 1 || zoom.factor === 1) return;
    const side = currentTarget.clientHeight;
    setZoom(({ factor, x, y }) => ({
      factor,
      x: clamp(x + movementX / side / factor),
      y: clamp(y + movementY / side / factor),
    }));
  };
  const style: CSSProperties = {
    transform: `scale(${zoom.factor}) translate(${zoom.x * 100}%, ${zoom.y * 100}%)`,
  };
  const [a, b] = images;
  const isSlider = split !== undefined && b !== undefined;
  return (
    <div className="compare-view" ref={box} tabIndex={-1} data-testid="compare-view">
      <header>
        <span>{texts.gallery.zoomHint}</span>
        {images.length === 2 && (
          <Button onClick={() => setSplit(isSlider ? undefined : 50)}>
            {isSlider ? texts.gallery.sideBySide : texts.gallery.slider}
          </Button>
        )}
        <IconButton label={texts.gallery.closeImage} onClick={() => state.setState({ comparing: undefined })}>
          <X size={18} />
        </IconButton>
      </header>
      <div
        className="compare-stage"
        ref={stage}
        onPointerMove={onPointerMove}
        data-count={isSlider ? 1 : images.length}
      >
        {(isSlider ? images.slice(0, 1) : images).map((image, index) => (
          <figure key={image.id} style={isSlider ? { aspectRatio: `${image.widthPx} / ${image.heightPx}` } : undefined}>
            <img
              src={api.outputUrl(image)}
              alt={texts.gallery.image(image.title, image.prompt)}
              style={style}
              draggable={false}
            />
            {isSlider && (
              <img
                src={api.outputUrl(b)}
                alt={texts.gallery.image(b.title, b.prompt)}
                style={{ ...style, clipPath: `inset(0 0 0 ${split}%)` }}
                draggable={false}
              />
            )}
            <figcaption>{isSlider ? '1 | 2' : index + 1}</figcaption>
          </figure>
        ))}
      </div>
      {isSlider && (
        <input
          type="range"
          aria-label={texts.gallery.slider}
          value={split}
          onChange={({ target }) => setSplit(Number(target.value))}
        />
      )}
      <div className="compare-words">
        {a !== undefined &&
          images.slice(1).map((other, index) => <Differences key={other.id} a={a} b={other} place={index + 2} />)}
      </div>
    </div>
  );
}

interface DifferencesProps {
  readonly a: GalleryPicture;
  readonly b: GalleryPicture;
  /** Of B among the images, from 1. */
  readonly place: number;
}

function Differences({ a, b, place }: DifferencesProps) {
  const { data: found } = useServer((api) => queries.differences(api, a.id, b.id));
  if (found === undefined) return null;
  return (
    <section>
      <h4>
        {texts.gallery.differences} <small>{texts.gallery.against(1, place)}</small>
      </h4>
      {found.length === 0 && <p>{texts.gallery.noDifferences}</p>}
      <ul>
        {found.map((difference) => (
          <li key={difference.words}>{difference.words}</li>
        ))}
      </ul>
    </section>
  );
}

function clamp(value: number): number {
  return Math.min(0.5, Math.max(-0.5, value));
}
