import { useId, useState } from 'react';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useGallery } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';

/** Asks for the board that images go to. */
export function BoardDialog({ ids }: { readonly ids: readonly string[] }) {
  const { state, moveTo } = useGallery();
  const { data: facets } = useServer(queries.galleryFacets);
  const [name, setName] = useState('');
  const fieldId = useId();
  const close = () => state.setState({ moving: undefined });
  const choose = (board: string | null) => {
    close();
    void moveTo(ids, board);
  };
  return (
    <Dialog title={texts.gallery.moveTitle(ids.length)} testId="board-dialog" onClose={close}>
      <form
        className="board-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') choose(name.trim());
        }}
      >
        <label htmlFor={fieldId}>{texts.gallery.newBoard}</label>
        <input
          id={fieldId}
          className="text-field"
          maxLength={120}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <Button variant="primary" type="submit" disabled={name.trim() === ''}>
          {texts.gallery.move}
        </Button>
      </form>
      <div className="board-list">
        {facets?.boards.map((board) => (
          <Button key={board.name} onClick={() => choose(board.name)}>
            {board.name} ({board.count})
          </Button>
        ))}
        <Button onClick={() => choose(null)}>{texts.gallery.noBoard}</Button>
      </div>
    </Dialog>
  );
}
