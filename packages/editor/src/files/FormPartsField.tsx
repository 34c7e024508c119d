import type { FormPart } from './publish-form.js';

interface FormPartsFieldProps {
  readonly title: string;
  readonly parts: readonly FormPart[];
  readonly chosen: ReadonlySet<string>;
  /** In place of an empty list. */
  readonly none: string;
  /** At least one has to stay chosen. */
  readonly needsOne?: boolean;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

/** A list of what a form can have, to choose from. */
export function FormPartsField({ title, parts, chosen, none, needsOne = false, onChoose }: FormPartsFieldProps) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <fieldset className="form-parts">
      <legend>{title}</legend>
      {parts.length === 0 && <p className="library-note">{none}</p>}
      {parts.map(({ id, label }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={chosen.has(id)}
            disabled={needsOne && chosen.size === 1 && chosen.has(id)}
            onChange={() => toggle(id)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
