/** The height of a line, in canvas units, as the style sheet has it. */
const LINE = 29;

/** The text of a field where the field is too small to be read: as many lines as there is room for. */
export function CardText({ text, height }: { readonly text: string; readonly height: number }) {
  return (
    <p className="card-text" aria-hidden style={{ WebkitLineClamp: Math.max(1, Math.floor((height - 8) / LINE)) }}>
      {text}
    </p>
  );
}
