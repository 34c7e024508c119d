import { fileNamesOf, type TextParam } from '@unclip-studio/graph-core';
import ImagePlus from 'lucide-react/icons/image-plus';
import { type DragEvent, useRef, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { useDescription } from '../ui/Described.js';
import { ImagePicker } from '../ui/ImagePicker.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { FieldProps } from './field.js';
import { TextField } from './TextField.js';

/** Several images: dropped, chosen from the disk, taken from those on the server, or typed by name. */
export function ImageNamesField(props: FieldProps<TextParam, string>) {
  // The page of a shared form may not ask for the images of the server.
  return props.node === undefined ? <TextField {...props} /> : <Images {...props} />;
}

function Images({ label, value, onChange }: FieldProps<TextParam, string>) {
  const { api } = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const [isNear, setIsNear] = useState(false);
  const { data: choices = [] } = useServer((client) => ({ ...queries.storedImages(client), enabled: isNear }));
  const description = useDescription();
  const [note, setNote] = useState<string>();

  function add(names: readonly string[]): void {
    const lines = value.split('\n').filter((line) => line.trim() !== '');
    if (names.length > 0) onChange([...lines, ...names].join('\n'));
  }

  /** One that cannot be used costs only itself. */
  async function upload(files: readonly File[]): Promise<void> {
    const names: string[] = [];
    const problems: string[] = [];
    for (const [i, file] of files.entries()) {
      setNote(texts.structure.uploading(i + 1, files.length));
      try {
        names.push((await api.images.upload(file)).name);
      } catch (error) {
        problems.push(errorWords(error));
      }
    }
    setNote(problems.length === 0 ? undefined : problems.join(' '));
    add(names);
  }

  return (
    <>
      <span className="param-label image-names-label">
        {note ?? label}
        <Button
          variant="bare"
          className="param-button"
          aria-label={texts.structure.addImages}
          tip={texts.structure.addImages}
          onPointerDown={stopPointer}
          onClick={() => picker.current?.click()}
        >
          <ImagePlus size={14} aria-hidden />
        </Button>
        <select
          aria-label={texts.structure.addFromLibrary}
          value=""
          onPointerDown={stopPointer}
          onFocus={() => setIsNear(true)}
          onPointerEnter={() => setIsNear(true)}
          onChange={({ target }) => add([target.value])}
        >
          <option value="">{texts.structure.library}</option>
          {choices.map(({ name, label: shown }) => (
            <option key={name} value={name}>
              {shown}
            </option>
          ))}
        </select>
      </span>
      <textarea
        aria-label={label}
        aria-describedby={description}
        value={value}
        placeholder={texts.structure.dropImages}
        data-shows-document
        spellCheck={false}
        onPointerDown={stopPointer}
        onChange={({ target }) => onChange(target.value)}
        onBlur={() => {
          const named = fileNamesOf(value);
          if (named === value) return;
          onChange(named);
          setNote(texts.param.pathsNamed);
        }}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes('Files')) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onDrop={(event) => {
          const files = imagesIn(event);
          if (files.length === 0) return;
          event.preventDefault();
          event.stopPropagation();
          void upload(files);
        }}
      />
      <ImagePicker ref={picker} multiple onPick={(files) => void upload(files)} />
    </>
  );
}

function imagesIn({ dataTransfer }: DragEvent): readonly File[] {
  return [...dataTransfer.files].filter(({ type }) => type.startsWith('image/'));
}
