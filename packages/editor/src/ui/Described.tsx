import { createContext, type ReactNode, useContext, useId } from 'react';

const DescriptionId = createContext<string | undefined>(undefined);

interface DescribedProps {
  /** What the fields inside are for. */
  readonly text: string;
  /** Of the paragraph below them; without it only screen readers say the text. */
  readonly className?: string;
  readonly children: ReactNode;
}

/** Provides a text to the fields inside, which refer to it with `useDescription`. */
export function Described({ text, className, children }: DescribedProps) {
  const id = useId();
  return (
    <DescriptionId value={id}>
      {children}
      <p id={id} className={className} hidden={className === undefined}>
        {text}
      </p>
    </DescriptionId>
  );
}

/** For `aria-describedby`. @param others ids of more to say, such as of a problem */
export function useDescription(...others: readonly (string | undefined)[]): string | undefined {
  return [useContext(DescriptionId), ...others].filter((id) => id !== undefined).join(' ') || undefined;
}
