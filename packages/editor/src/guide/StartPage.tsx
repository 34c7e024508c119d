import type { Workflow } from '@unclip-studio/graph-core';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { loaderOf } from '../catalog/image-nodes.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useFiles, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import './guide.css';

const VARY = 'image-variations';
/** The templates that are offered first. */
const CHOICES = [VARY, 'text-to-image', 'mix-two-images'] as const;
/** Images that come with the program, of things that its own model knows well. */
const EXAMPLES = ['cat.png', 'penguin.png', 'rocket.png', 'doughnut.png', 'pumpkin.png', 'red-apple.png'] as const;

/** On an empty canvas: what to begin with. */
export function StartPage() {
  const { catalog, ui } = useSession();
  const { client, openNew, say } = useFiles();
  const { data: templates = [] } = useServer(queries.templates);
  const known = CHOICES.filter((choice) => templates.some(({ name }) => name === choice));

  async function begin(template: string, change = (workflow: Workflow): Workflow => workflow): Promise<void> {
    try {
      openNew(change(await client.readTemplate(template)));
    } catch (error) {
      say(texts.files.openFailed(template, errorWords(error)));
    }
  }

  return (
    <section className="start-page" aria-label={texts.guide.start} data-testid="start-page">
      <h2>{texts.guide.start}</h2>
      <div className="start-choices">
        {known.map((name) => (
          <Button key={name} variant="bare" className="start-choice" onClick={() => void begin(name)}>
            <img src={client.templateThumbnailUrl(name)} alt="" draggable={false} />
            <strong>{texts.guide.choices[name].title}</strong>
            <small>{texts.guide.choices[name].body}</small>
          </Button>
        ))}
      </div>
      <p>{texts.guide.examples}</p>
      <div className="start-images">
        {EXAMPLES.map((name) => (
          <Example key={name} name={name} onPick={(image) => void begin(VARY, withImage(image, catalog))} />
        ))}
      </div>
      <p className="start-note">{texts.guide.toy}</p>
      <p className="start-note">
        {texts.canvas.emptyHint}
        <Button variant="bare" className="tour-offer" onClick={() => ui.setState({ tourStep: 0, hasSeenTour: true })}>
          {texts.guide.tour}
        </Button>
      </p>
    </section>
  );
}

interface ExampleProps {
  readonly name: string;
  readonly onPick: (image: string) => void;
}

/** An image that came with the program, unless the user has deleted it. */
function Example({ name, onPick }: ExampleProps) {
  const { data: image } = useServer((api) => queries.storedImage(api, name));
  if (!image) return null;
  return (
    <Button
      variant="bare"
      className="start-image"
      aria-label={texts.guide.vary(name.replace(/\.png$/, ''))}
      tip={texts.guide.vary(name.replace(/\.png$/, ''))}
      onClick={() => onPick(image.name)}
    >
      <img src={image.thumbnailUrl} alt="" draggable={false} />
    </Button>
  );
}

/** Gives the image to the first node that loads one. */
function withImage(image: string, catalog: EditorCatalog) {
  return (workflow: Workflow): Workflow => {
    for (const [id, node] of Object.entries(workflow.nodes)) {
      const loader = loaderOf(catalog.types.get(node.type));
      if (loader === undefined) continue;
      const params = { ...node.params, [loader.param]: image };
      return { ...workflow, nodes: { ...workflow.nodes, [id]: { ...node, params } } };
    }
    return workflow;
  };
}
