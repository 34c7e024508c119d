import { useStoredImage } from '../app/server-data.js';
import type { Point } from '../document/document.js';

export interface PartPictureProps {
  /** On the pad, 0 to 1. */
  readonly at: Point;
  readonly name: string;
  /** What a picture's param holds; '' if no picture is behind it. */
  readonly reference: string;
  readonly percent: number;
}

/** One of the things that are mixed, at its place on the pad, with its share. */
export function PartPicture({ at, name, reference, percent }: PartPictureProps) {
  const image = useStoredImage(reference);
  return (
    <span className="mix-part" style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%` }} data-tip={name}>
      {image ? <img src={image.thumbnailUrl} alt={name} draggable={false} /> : <span>{name}</span>}
      <b>{percent} %</b>
    </span>
  );
}
