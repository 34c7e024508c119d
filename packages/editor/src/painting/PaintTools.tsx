import Brush from 'lucide-react/icons/brush';
import Contrast from 'lucide-react/icons/contrast';
import Eraser from 'lucide-react/icons/eraser';
import Hand from 'lucide-react/icons/hand';
import Maximize from 'lucide-react/icons/maximize';
import PaintBucket from 'lucide-react/icons/paint-bucket';
import Redo from 'lucide-react/icons/redo-2';
import SquareDashed from 'lucide-react/icons/square-dashed';
import Trash from 'lucide-react/icons/trash-2';
import Undo from 'lucide-react/icons/undo-2';
import ZoomIn from 'lucide-react/icons/zoom-in';
import ZoomOut from 'lucide-react/icons/zoom-out';
import { type ReactNode, type RefObject, useState, useSyncExternalStore } from 'react';
import { texts } from '../messages/texts.js';
import { Button, IconButton } from '../ui/Button.js';
import { shownKey } from '../ui/keys.js';
import { feather, fillAll, invert, type MaskShape, type Paint, paintShape } from './mask-raster.js';
import type { Brush as BrushSettings, PaintTool, StageHandle } from './PaintStage.js';
import type { PaintSurface } from './paint-surface.js';

const TOOLS = [
  { tool: 'brush', key: 'B', Icon: Brush },
  { tool: 'eraser', key: 'E', Icon: Eraser },
  { tool: 'fill', key: 'G', Icon: PaintBucket },
  { tool: 'hand', key: 'H', Icon: Hand },
] as const;

interface PaintToolsProps {
  readonly surface: PaintSurface;
  readonly tool: PaintTool;
  readonly onTool: (tool: PaintTool) => void;
  readonly stage: RefObject<StageHandle | null>;
}

/** The tools, undo, and what changes the whole mask or the view. */
export function PaintTools({ surface, tool, onTool, stage }: PaintToolsProps) {
  const words = texts.painting;
  const { canUndo, canRedo } = useSyncExternalStore(surface.subscribe, () => surface.state);
  return (
    <div className="painter-tools" role="toolbar" aria-label={words.tools}>
      {TOOLS.map(({ tool: own, key, Icon }) => (
        <IconButton
          key={own}
          label={words[own]}
          tip={`${words[own]}  (${key})`}
          aria-pressed={own === tool}
          onClick={() => onTool(own)}
        >
          <Icon size={18} />
        </IconButton>
      ))}
      <span className="toolbar-line" />
      <IconButton
        label={words.undo}
        tip={`${words.undo}  (${shownKey('Mod+Z')})`}
        disabled={!canUndo}
        onClick={surface.undo}
      >
        <Undo size={18} />
      </IconButton>
      <IconButton
        label={words.redo}
        tip={`${words.redo}  (${shownKey('Mod+Shift+Z')})`}
        disabled={!canRedo}
        onClick={surface.redo}
      >
        <Redo size={18} />
      </IconButton>
      <span className="toolbar-line" />
      <IconButton label={words.invert} tip={`${words.invert}  (I)`} onClick={() => surface.apply(invert)}>
        <Contrast size={18} />
      </IconButton>
      <IconButton label={words.fillAll} onClick={() => surface.apply((mask) => fillAll(mask, 255))}>
        <SquareDashed size={18} />
      </IconButton>
      <IconButton label={words.clear} onClick={() => surface.apply((mask) => fillAll(mask, 0))}>
        <Trash size={18} />
      </IconButton>
      <span className="toolbar-line" />
      <IconButton label={words.zoomOut} tip={`${words.zoomOut}  (-)`} onClick={() => stage.current?.zoom(0.8)}>
        <ZoomOut size={18} />
      </IconButton>
      <IconButton label={words.zoomIn} tip={`${words.zoomIn}  (+)`} onClick={() => stage.current?.zoom(1.25)}>
        <ZoomIn size={18} />
      </IconButton>
      <IconButton label={words.fit} tip={`${words.fit}  (0)`} onClick={() => stage.current?.fit()}>
        <Maximize size={18} />
      </IconButton>
    </div>
  );
}

interface PaintSettingsProps {
  readonly surface: PaintSurface;
  readonly brush: BrushSettings;
  readonly onBrush: (brush: BrushSettings) => void;
}

/** The numbers: of the brush, of feathering, and of shapes. */
export function PaintSettings({ surface, brush, onBrush }: PaintSettingsProps) {
  const words = texts.painting;
  const longSide = Math.max(surface.mask.width, surface.mask.height);
  const [featherPx, setFeatherPx] = useState(Math.max(1, Math.round(longSide / 64)));
  return (
    <>
      <NumberRow label={words.size} value={brush.size} min={1} max={Math.round(longSide / 2)} unit="px">
        {(size) => onBrush({ ...brush, size })}
      </NumberRow>
      <NumberRow label={words.softness} value={Math.round(brush.softness * 100)} min={0} max={100} unit="%">
        {(percent) => onBrush({ ...brush, softness: percent / 100 })}
      </NumberRow>
      <div className="painter-row">
        <NumberRow label={words.featherBy} value={featherPx} min={1} max={Math.round(longSide / 8)} unit="px">
          {setFeatherPx}
        </NumberRow>
        <Button onClick={() => surface.apply((mask) => feather(mask, featherPx))}>{words.feather}</Button>
      </div>
      <ShapeFields surface={surface} />
      <p className="painter-hint">{words.keys}</p>
    </>
  );
}

interface NumberRowProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Takes the number. */
  readonly children: (value: number) => void;
}

function NumberRow({ label, value, min, max, unit, children: onChange }: NumberRowProps) {
  return (
    <label className="painter-number">
      <span>{label}</span>
      <output>
        {value} {unit}
      </output>
      <input
        type="range"
        min={min}
        max={max}
        value={Math.min(max, value)}
        onChange={({ target }) => onChange(Number(target.value))}
      />
    </label>
  );
}

/** A rectangle or an ellipse by numbers, for people who cannot or do not want to paint by hand. */
function ShapeFields({ surface }: { readonly surface: PaintSurface }) {
  const words = texts.painting;
  const { width, height } = surface.mask;
  const [shape, setShape] = useState<MaskShape>({
    ...{ kind: 'rectangle', left: Math.round(width / 4), top: Math.round(height / 4) },
    ...{ width: Math.round(width / 2), height: Math.round(height / 2) },
  });
  const paint = (how: Paint) => surface.apply((mask) => paintShape(mask, shape, how));
  const field = (name: 'left' | 'top' | 'width' | 'height', max: number): ReactNode => (
    <label>
      {words[name]}
      <input
        type="number"
        min={name === 'width' || name === 'height' ? 1 : 0}
        max={max}
        value={shape[name]}
        onChange={({ target }) => {
          if (Number.isFinite(target.valueAsNumber)) setShape({ ...shape, [name]: target.valueAsNumber });
        }}
      />
    </label>
  );
  return (
    <details className="painter-shapes">
      <summary>{words.shapes}</summary>
      <label>
        {words.shape}
        <select
          value={shape.kind}
          onChange={({ target }) => setShape({ ...shape, kind: target.value === 'ellipse' ? 'ellipse' : 'rectangle' })}
        >
          <option value="rectangle">{words.rectangle}</option>
          <option value="ellipse">{words.ellipse}</option>
        </select>
      </label>
      <div className="painter-shape-numbers">
        {field('left', width)}
        {field('top', height)}
        {field('width', width)}
        {field('height', height)}
      </div>
      <div className="painter-row">
        <Button onClick={() => paint('add')}>{words.add}</Button>
        <Button onClick={() => paint('remove')}>{words.subtract}</Button>
      </div>
    </details>
  );
}
