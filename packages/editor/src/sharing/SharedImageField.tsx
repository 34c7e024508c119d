import ImageUp from 'lucide-react/icons/image-up';
import { useRef, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import type { SharedFormClient } from '../api/shared-client.js';
import { texts } from '../messages/texts.js';
import { Button } from '../ui/Button.js';
import { imageIn } from '../ui/browser-files.js';
import { ImagePicker } from '../ui/ImagePicker.js';

interface SharedImageFieldProps {
  readonly label: string;
  readonly client: SharedFormClient;
  /** Of the image that the form has by itself. */
  readonly initialUrl: string | undefined;
  readonly onChange: (sha256: string) => void;
}

/** An image that the visitor uploads: dropped, pasted, or chosen from the disk. There is no library to choose from. */
export function SharedImageField({ label, client, initialUrl, onChange }: SharedImageFieldProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [url, setUrl] = useState(initialUrl);
  const [note, setNote] = useState('');

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return setNote(texts.param.notAnImage);
    setNote(texts.sharing.sending);
    try {
      const { sha256, thumbnailUrl } = await client.upload(file);
      setUrl(thumbnailUrl);
      setNote('');
      onChange(sha256);
    } catch (error) {
      setNote(texts.param.uploadFailed(errorWords(error)));
    }
  }

  return (
    <div className="param form-param" data-kind="image">
      <Button
        variant="bare"
        className="image-drop"
        aria-label={texts.sharing.chooseImage(label)}
        onClick={() => picker.current?.click()}
        onPaste={(event) => void take(imageIn(event.clipboardData))}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(imageIn(event.dataTransfer));
        }}
      >
        {url === undefined ? (
          <span className="image-hint">
            <ImageUp size={18} aria-hidden />
            {texts.sharing.noImage}
          </span>
        ) : (
          <img src={url} alt={label} draggable={false} />
        )}
        {note !== '' && <span className="image-note">{note}</span>}
      </Button>
      {url !== undefined && <p className="form-help">{texts.sharing.anotherImage}</p>}
      <ImagePicker ref={picker} onPick={([file]) => void take(file)} />
    </div>
  );
}
