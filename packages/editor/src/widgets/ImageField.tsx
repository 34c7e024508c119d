import type { ImageParam } from '@unclip-studio/graph-core';
import Brush from 'lucide-react/icons/brush';
import ImageUp from 'lucide-react/icons/image-up';
import { type DragEvent, useRef, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { withPart } from '../session/lazy-part.js';
import { useServer, useStoredImage } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { imageIn } from '../ui/browser-files.js';
import { useDescription } from '../ui/Described.js';
import { ImagePicker } from '../ui/ImagePicker.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { ChoiceField } from './ChoiceField.js';
import type { FieldProps } from './field.js';

/** An image: dropped, pasted, chosen from the disk, or one that is on the server already. */
export function ImageField({ label, param, value, node, onChange }: FieldProps<ImageParam, string>) {
  const session = useSession();
  const { api, painter } = session;
  const image = useStoredImage(value);
  const picker = useRef<HTMLInputElement>(null);
  const [isNear, setIsNear] = useState(false);
  const { data: choices = [] } = useServer((client) => ({ ...queries.storedImages(client), enabled: isNear }));
  const [note, setNote] = useState<string>();
  const description = useDescription();
  const [isOver, setIsOver] = useState(false);

  const hint = value !== '' && image === null ? texts.param.missing(value) : texts.param.dropImage;

  // The one that is set may be older than all that are offered; until the answers are here it is not called missing.
  const set = image === null || value === '' ? [] : [{ name: value, label: image?.label ?? value }];
  const options = choices.some(({ name }) => name === value) ? choices : [...choices, ...set];

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return setNote(texts.param.notAnImage);
    setNote(texts.param.uploading);
    try {
      const { name } = await api.images.upload(file);
      onChange(name);
      setNote(undefined);
    } catch (error) {
      setNote(texts.param.uploadFailed(errorWords(error)));
    }
  }

  return (
    <>
      <Button
        variant="bare"
        className="image-drop"
        data-over={isOver || undefined}
        aria-describedby={description}
        aria-label={`${label}: ${image?.label ?? hint}. ${texts.param.chooseImage}`}
        onPointerDown={stopPointer}
        onClick={() => picker.current?.click()}
        onPaste={(event) => {
          event.stopPropagation();
          void take(imageIn(event.clipboardData));
        }}
        onDragOver={(event) => {
          if (!holdsFiles(event)) return;
          event.preventDefault();
          event.stopPropagation();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setIsOver(false);
          void take(imageIn(event.dataTransfer));
        }}
      >
        {image ? (
          <img src={image.thumbnailUrl} alt={image.label} draggable={false} />
        ) : (
          <span className="image-hint">
            <ImageUp size={18} aria-hidden />
            {hint}
          </span>
        )}
        {note !== undefined && <span className="image-note">{note}</span>}
      </Button>
      <span className="image-select">
        <ChoiceField
          label={label}
          options={options.map(({ name }) => name)}
          labels={Object.fromEntries(options.map(({ name, label: words }) => [name, words]))}
          value={value}
          onChange={onChange}
          onApproach={() => setIsNear(true)}
        />
        {/* A mask can be painted without an image, but not over one that is missing. */}
        {painter !== undefined && node !== undefined && (image || param.mask) && (
          <Button
            variant="bare"
            className="param-button"
            aria-label={texts.painting.title}
            tip={texts.painting.title}
            data-testid="paint-mask"
            onPointerDown={stopPointer}
            onClick={() =>
              void withPart(
                session,
                () => import('../actions/paint-mask.js'),
                ({ paintMaskAt }) => paintMaskAt(session, node),
              )
            }
          >
            <Brush size={14} aria-hidden />
          </Button>
        )}
      </span>
      <ImagePicker ref={picker} onPick={([file]) => void take(file)} />
    </>
  );
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes('Files');
}
