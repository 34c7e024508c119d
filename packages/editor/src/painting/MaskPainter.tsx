import { type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { errorWords } from '../api/error-words.js';
import { texts } from '../messages/texts.js';
import type { PaintRequest } from '../session/painter.js';
import { Button } from '../ui/Button.js';
import { Dialog, DialogClose, DialogTitle } from '../ui/Dialog.js';
import { isTextField, latinKey } from '../ui/keys.js';
import { encodeMask, maskFromPixels, maskSize } from './mask-png.js';
import { invert } from './mask-raster.js';
import { type Brush, PaintStage, type PaintTool, type StageHandle } from './PaintStage.js';
import { PaintSettings, PaintTools } from './PaintTools.js';
import { PaintSurface } from './paint-surface.js';
import './painting.css';

export interface MaskPainterProps {
  readonly request: PaintRequest;
  readonly onClose: () => void;
}

/** Marks a part of an image by painting over it, over the whole page. */
export function MaskPainter({ request, onClose }: MaskPainterProps) {
  const { image } = request;
  const [surface] = useState(() => {
    const { width, height } = maskSize(image.widthPx, image.heightPx);
    return new PaintSurface(width, height);
  });
  const { isBlank } = useSyncExternalStore(surface.subscribe, () => surface.state);
  const [tool, setTool] = useState<PaintTool>('brush');
  const longSide = Math.max(surface.mask.width, surface.mask.height);
  const [brush, setBrush] = useState<Brush>({ size: Math.max(4, Math.round(longSide / 12)), softness: 0 });
  const [prompt, setPrompt] = useState(request.prompt);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const stage = useRef<StageHandle>(null);
  useStartMask(request, surface, () => setProblem(texts.painting.notLoaded));

  async function apply(run: boolean): Promise<void> {
    if (isBlank) return setProblem(texts.painting.nothingPainted);
    setIsBusy(true);
    try {
      const mask = new File([await encodeMask(surface.mask)], 'mask.png', { type: 'image/png' });
      await request.apply({ mask, run, ...(prompt !== undefined && { prompt }) });
      onClose();
    } catch (error) {
      setProblem(texts.painting.failed(errorWords(error)));
      setIsBusy(false);
    }
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const isMod = event.ctrlKey || event.metaKey;
    if (isMod && event.key === 'Enter') void apply(true);
    else if (isTextField(event.target)) return;
    else if (!takeKey(event, { surface, stage: stage.current, brush, setBrush, setTool })) return;
    event.preventDefault();
  };

  return (
    <Dialog size="page" className="painter" testId="mask-painter" onClose={onClose} onKeyDown={onKeyDown}>
      <header className="painter-head">
        <DialogTitle>{texts.painting.title}</DialogTitle>
        <PaintTools surface={surface} tool={tool} onTool={setTool} stage={stage} />
        <DialogClose />
      </header>
      <PaintStage
        image={image}
        surface={surface}
        tool={tool}
        brush={brush}
        handle={stage}
        onNotLoaded={() => setProblem(texts.painting.notLoaded)}
      />
      <aside className="painter-side">
        <PaintSettings surface={surface} brush={brush} onBrush={setBrush} />
        {prompt !== undefined && (
          <label className="painter-prompt">
            {texts.painting.prompt}
            <textarea
              data-testid="paint-prompt"
              value={prompt}
              placeholder={texts.painting.promptHint}
              rows={3}
              onChange={({ target }) => setPrompt(target.value)}
            />
          </label>
        )}
        <p className="painter-problem" role="alert">
          {problem}
        </p>
        <div className="painter-buttons">
          <Button onClick={onClose}>{texts.painting.cancel}</Button>
          <Button data-testid="paint-apply" disabled={isBusy} onClick={() => void apply(false)}>
            {texts.painting.apply}
          </Button>
          <Button variant="primary" data-testid="paint-run" disabled={isBusy} onClick={() => void apply(true)}>
            {texts.painting.applyAndRun}
          </Button>
        </div>
      </aside>
    </Dialog>
  );
}

interface KeyParts {
  readonly surface: PaintSurface;
  readonly stage: StageHandle | null;
  readonly brush: Brush;
  readonly setBrush: (brush: Brush) => void;
  readonly setTool: (tool: PaintTool) => void;
}

const TOOL_KEYS: Readonly<Record<string, PaintTool>> = { b: 'brush', e: 'eraser', g: 'fill', h: 'hand' };
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** @returns whether the key meant something */
function takeKey(event: KeyboardEvent, { surface, stage, brush, setBrush, setTool }: KeyParts): boolean {
  const { key, shiftKey, ctrlKey, metaKey, target } = event;
  const letter = latinKey(event.nativeEvent);
  if (ctrlKey || metaKey) {
    if (letter === 'z') shiftKey ? surface.redo() : surface.undo();
    else if (letter === 'y') surface.redo();
    else return false;
    return true;
  }
  const isOnStage = target instanceof Element && target.matches('.paint-stage');
  const arrow = isOnStage ? ARROWS[key] : undefined;
  const tool = TOOL_KEYS[letter];
  if (arrow !== undefined) {
    const by = Math.max(1, Math.round(brush.size / 4)) * (shiftKey ? 4 : 1);
    stage?.moveCursor(arrow[0] * by, arrow[1] * by);
  } else if (key === ' ' && isOnStage) stage?.paintAtCursor(shiftKey);
  else if (tool !== undefined) setTool(tool);
  else if (letter === 'i') surface.apply(invert);
  else if (key === '[') setBrush({ ...brush, size: Math.max(1, Math.round(brush.size / 1.25)) });
  else if (key === ']') setBrush({ ...brush, size: Math.round(brush.size * 1.25) + 1 });
  else if (key === '+' || key === '=') stage?.zoom(1.25);
  else if (key === '-') stage?.zoom(0.8);
  else if (key === '0') stage?.fit();
  else return false;
  return true;
}

/** Puts the mask on that was there before, once it has been fetched. */
function useStartMask({ start }: PaintRequest, surface: PaintSurface, onFailed: () => void): void {
  useEffect(() => {
    if (start === undefined) return;
    const image = new Image();
    image.src = start.url;
    let isLeft = false;
    image.decode().then(
      () => {
        if (isLeft || surface.state.canUndo) return;
        const { width, height } = surface.mask;
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext('2d');
        context?.drawImage(image, 0, 0, width, height);
        const pixels = context?.getImageData(0, 0, width, height).data;
        if (pixels !== undefined) surface.start(maskFromPixels(pixels, start.isPainted));
      },
      () => onFailed(),
    );
    return () => {
      isLeft = true;
    };
  }, [surface]);
}
