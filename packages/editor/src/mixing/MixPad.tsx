import type { MixPart } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { setParams } from '../document/commands/params.js';
import type { Point } from '../document/document.js';
import { texts } from '../messages/texts.js';
import { useStoredImage } from '../session/server-data.js';
import { type CardPadProps, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { anchorsFor, pointOf, sharesAt, within } from './mix-geometry.js';
import './mixing.css';
import { sourceImage } from './source-image.js';
import { type MixImage, useMixPreview } from './use-mix-preview.js';

const STEP = 0.02;
const BIG_STEP = 0.1;

/**
 * A plane with the images that a node mixes around it, and a point whose position determines the weights. While the
 * point is dragged, low-cost runs show a preview; the weights are set when it is released.
 */
export function MixPad({ id, node, definition, height }: CardPadProps) {
  const parts = (definition.mix ?? []).filter(({ input }) => node.inputs?.[input] !== undefined);
  return (
    <div className="mix-pad" style={{ height }} data-testid="mix-pad">
      {parts.length < 2 ? (
        <span className="mix-hint">{texts.mixing.connect}</span>
      ) : (
        <Pad id={id} node={node} definition={definition} parts={parts} />
      )}
    </div>
  );
}

interface PadProps extends Omit<CardPadProps, 'height'> {
  readonly parts: readonly MixPart[];
}

function Pad({ id, node, definition, parts }: PadProps) {
  const { store, catalog } = useSession();
  const nodes = useDocument((document) => document.nodes);
  const anchors = useMemo(() => anchorsFor(parts.length), [parts.length]);
  const set = parts.map(({ weight }) => Number(node.params?.[weight] ?? definition.params[weight]?.default ?? 0));
  // While it is dragged the point is nowhere but here.
  const [dragged, setDragged] = useState<Point>();
  const { image, show, clear } = useMixPreview(id);
  // The weights that were requested last. When others are set, as by undo, the image no longer belongs to them.
  const asked = useRef<string>(undefined);
  const setKey = JSON.stringify(set);
  useEffect(() => {
    if (asked.current === undefined || asked.current === setKey) return;
    asked.current = undefined;
    clear();
  }, [setKey, clear]);
  const plane = useRef<HTMLDivElement>(null);
  const point = dragged ?? pointOf(set, anchors);
  const shares = sharesAt(point, anchors);
  const names = parts.map(
    ({ input }, i) => sourceImage(nodes, { node, input }, catalog)?.name ?? texts.mixing.part(i + 1),
  );
  const told = names.map((name, i) => texts.mixing.share(name, percentOf(shares[i]))).join(', ');

  function weightsAt(place: Point): Readonly<Record<string, number>> {
    const rounded = sharesAt(place, anchors).map((share) => Math.round(share * 100) / 100);
    return Object.fromEntries(parts.map(({ weight }, i) => [weight, rounded[i] ?? 0]));
  }

  function preview(place: Point): void {
    const weights = weightsAt(place);
    asked.current = JSON.stringify(Object.values(weights));
    show(weights);
  }

  /** @param mergeKey presses that follow each other with one key are one undo step */
  function commit(place: Point, mergeKey?: string): void {
    const changes = Object.entries(weightsAt(place)).map(([name, value]) => {
      return { node: id, name, param: definition.params[name], value };
    });
    setParams(store, { label: texts.edits.mix, ...(mergeKey !== undefined && { mergeKey }) }, changes);
  }

  function placeOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = plane.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return within({ x: (clientX - left) / width, y: (clientY - top) / height }, anchors);
  }

  function drag(event: PointerEvent<HTMLDivElement>): void {
    const place = placeOf(event);
    setDragged(place);
    preview(place);
  }

  function onPointerDown(event: PointerEvent<HTMLDivElement>): void {
    // Other buttons move the canvas from anywhere.
    if (event.button !== 0 || store.isReadOnly) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag(event);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const by = event.shiftKey ? BIG_STEP : STEP;
    const moves: Readonly<Record<string, Point>> = {
      ArrowLeft: { x: point.x - by, y: point.y },
      ArrowRight: { x: point.x + by, y: point.y },
      ArrowUp: { x: point.x, y: point.y - by },
      ArrowDown: { x: point.x, y: point.y + by },
      Home: { x: 0.5, y: 0.5 },
    };
    const moved = moves[event.key];
    if (moved === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const place = within(moved, anchors);
    commit(place, `mix ${id}`);
    preview(place);
  }

  return (
    <div
      ref={plane}
      className="mix-plane"
      onPointerDown={onPointerDown}
      onPointerMove={(event) => dragged !== undefined && drag(event)}
      onPointerUp={(event) => {
        if (dragged === undefined) return;
        commit(placeOf(event));
        setDragged(undefined);
      }}
      onPointerCancel={() => setDragged(undefined)}
      data-tip={texts.mixing.help}
    >
      <Preview image={image} />
      {parts.map(({ input }, i) => (
        <PartImage
          key={input}
          at={anchors[i] as Point}
          name={names[i] ?? ''}
          reference={sourceImage(nodes, { node, input }, catalog)?.reference ?? ''}
          percent={percentOf(shares[i])}
        />
      ))}
      <div
        className="mix-point"
        role="slider"
        tabIndex={0}
        aria-label={texts.mixing.pad}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percentOf(shares[0])}
        aria-valuetext={told}
        style={{ left: `${point.x * 100}%`, top: `${point.y * 100}%` }}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

interface PreviewProps {
  readonly image: MixImage | undefined;
}

function Preview({ image }: PreviewProps) {
  const { api } = useSession();
  const halfDone = useObjectUrl(image?.kind === 'half-done' ? image.bytes : undefined);
  const hint = image?.kind === 'problem' && <span className="mix-hint">{texts.mixing.noPreview(image.words)}</span>;
  const output: OutputRecord | undefined = image && 'output' in image ? image.output : undefined;
  const url = output ? api.outputUrl(output) : halfDone;
  return (
    <>
      {url !== undefined && (
        <img
          className="mix-preview"
          src={url}
          alt={texts.mixing.preview}
          data-run={image?.run}
          data-kind={image?.kind}
        />
      )}
      {hint}
    </>
  );
}

/** An address for bytes, while they are shown. */
function useObjectUrl(bytes: Blob | undefined): string | undefined {
  const [shown, setShown] = useState<{ readonly bytes: Blob; readonly url: string }>();
  useEffect(() => {
    if (bytes === undefined) return undefined;
    const url = URL.createObjectURL(bytes);
    setShown({ bytes, url });
    return () => URL.revokeObjectURL(url);
  }, [bytes]);
  return bytes !== undefined && shown?.bytes === bytes ? shown.url : undefined;
}

function percentOf(share: number | undefined): number {
  return Math.round((share ?? 0) * 100);
}

interface PartImageProps {
  /** On the pad, 0 to 1. */
  readonly at: Point;
  readonly name: string;
  /** What an image's param holds; '' if no image is behind it. */
  readonly reference: string;
  readonly percent: number;
}

/** One of the things that are mixed, at its place on the pad, with its share. */
function PartImage({ at, name, reference, percent }: PartImageProps) {
  const image = useStoredImage(reference);
  return (
    <span className="mix-part" style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%` }} data-tip={name}>
      {image ? <img src={image.thumbnailUrl} alt={name} draggable={false} /> : <span>{name}</span>}
      <b>{percent} %</b>
    </span>
  );
}
