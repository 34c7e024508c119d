import Form from 'lucide-react/icons/form-input';
import Images from 'lucide-react/icons/images';
import Queue from 'lucide-react/icons/list-ordered';
import Workflow from 'lucide-react/icons/workflow';
import { texts } from '../messages/texts.js';
import { closePanels, openPanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';

/** What a small screen is good for, one at a time: to fill in, to run and to look. The style sheet shows it only there. */
export function PhoneBar() {
  const { panels, form, gallery } = useSession();
  const entries = [
    { id: 'form', label: texts.structure.form, Icon: Form, open: () => form.setState({ isOpen: true }) },
    { id: 'graph', label: texts.app.graph, Icon: Workflow, open: () => closePanels(panels) },
    { id: 'gallery', label: texts.gallery.title, Icon: Images, open: () => gallery?.open() },
    { id: 'queue', label: texts.queue.title, Icon: Queue, open: () => openPanel(panels, 'queue') },
  ];
  return (
    <nav className="phone-bar" aria-label={texts.app.phoneBar}>
      {entries.map(({ id, label, Icon, open }) => (
        <Button variant="bare" key={id} data-testid={`phone-${id}`} onClick={open}>
          <Icon size={18} aria-hidden />
          {label}
        </Button>
      ))}
    </nav>
  );
}
