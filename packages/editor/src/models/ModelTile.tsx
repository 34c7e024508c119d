import type { InstalledModel } from '@unclip-studio/protocol';
import Box from 'lucide-react/icons/box';
import { useState } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';

/** The preview image of a model; an icon if there is none, or it cannot be read. */
export function ModelImage({ model }: { readonly model: InstalledModel }) {
  const { api } = useSession();
  const [hasFailed, setHasFailed] = useState(false);
  if (!model.hasThumbnail || hasFailed) {
    return (
      <span className="model-image" data-empty>
        <Box size={28} aria-hidden />
      </span>
    );
  }
  return (
    <span className="model-image">
      <img
        src={api.models.thumbnailUrl(model.id)}
        alt=""
        loading="lazy"
        draggable={false}
        onError={() => setHasFailed(true)}
      />
    </span>
  );
}

/** What a model is, in a few texts.models. */
export function ModelBadges({ model }: { readonly model: InstalledModel }) {
  return (
    <span className="model-badges">
      {model.problem !== undefined && <span className="model-badge broken">{texts.models.broken}</span>}
      {model.family !== undefined && <span className="model-badge family">{model.family}</span>}
      {model.precisions.slice(0, 1).map((precision) => (
        <span key={precision} className="model-badge">
          {precision}
        </span>
      ))}
    </span>
  );
}

/** The name without its extension, unless another one of the list differs only in that, and its folders separately. */
export function shownName(
  { name, type }: Pick<InstalledModel, 'name' | 'type'>,
  list: readonly Pick<InstalledModel, 'name' | 'type'>[],
): { readonly title: string; readonly folder: string } {
  const slash = name.lastIndexOf('/');
  const bare = withoutEnding(name);
  const isAlone = list.every(
    (other) => other.type !== type || other.name === name || withoutEnding(other.name) !== bare,
  );
  return { title: (isAlone ? bare : name).slice(slash + 1), folder: name.slice(0, slash + 1) };
}

function withoutEnding(name: string): string {
  return name.replace(/\.(?:safetensors|ckpt|pt|pth|bin)$/i, '');
}

interface ModelSearchProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Where one types what the models that are shown have to be called, made for or triggered by. */
export function ModelSearch({ value, onChange }: ModelSearchProps) {
  return (
    <input
      type="search"
      className="text-field"
      aria-label={texts.models.search}
      placeholder={texts.models.searchHint}
      data-testid="models-search"
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
