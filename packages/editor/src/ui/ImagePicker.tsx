import type { RefObject } from 'react';

interface ImagePickerProps {
  /** A button clicks it. */
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly multiple?: boolean;
  readonly onPick: (files: readonly File[]) => void;
}

/** The browser's dialog for image files, of the kinds that the server reads. It is invisible itself. */
export function ImagePicker({ ref, multiple = false, onPick }: ImagePickerProps) {
  return (
    <input
      ref={ref}
      type="file"
      hidden
      multiple={multiple}
      accept="image/png,image/jpeg,image/webp"
      onChange={({ target }) => {
        onPick([...(target.files ?? [])]);
        // So that the same file can be chosen again.
        target.value = '';
      }}
    />
  );
}
