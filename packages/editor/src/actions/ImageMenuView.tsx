import { Fragment, type SyntheticEvent, useMemo } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { MenuAtPoint, MenuItem, MenuLine } from '../ui/Menu.js';
import type { ImageMenuRequest } from '../view/ui-state.js';
import { imageActions } from './image-actions.js';

/** What can be done with an image: the same list everywhere. */
export function ImageMenuView({ request }: { readonly request: ImageMenuRequest }) {
  const session = useSession();
  const { x, y } = request.screen;
  const anchor = useMemo(() => ({ getBoundingClientRect: () => DOMRect.fromRect({ x, y }) }), [x, y]);
  const shown = request.choices ? [] : imageActions.filter(({ isShown }) => isShown?.(session, request) !== false);
  // Events of the menu must not count as keys or clicks of its parent in React's tree.
  const stop = (event: SyntheticEvent) => event.stopPropagation();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div className="menu-host" onKeyDown={stop} onClick={stop} onPointerDown={stop}>
      <MenuAtPoint
        label={texts.images.menu}
        anchor={anchor}
        testId="image-menu"
        onClose={() => session.ui.setState({ imageMenu: undefined })}
      >
        {request.choices?.map(({ id, label, choose }) => (
          <MenuItem key={id} label={label} onChoose={choose} />
        ))}
        {shown.map((action, i) => (
          <Fragment key={action.id}>
            {i > 0 && shown[i - 1]?.group !== action.group && <MenuLine />}
            <MenuItem label={action.label()} onChoose={() => void action.run(session, request)} />
          </Fragment>
        ))}
      </MenuAtPoint>
    </div>
  );
}
