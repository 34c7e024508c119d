import Markdown, { type MarkdownToJSX } from 'markdown-to-jsx/react';
import type { ComponentPropsWithoutRef } from 'react';
import { stopPointer } from '../ui/stop-pointer.js';

/** The text of a note as Markdown. Workflows come from strangers: HTML in it stays text, and nothing is fetched for it. */
export function NoteText({ text }: { readonly text: string }) {
  return <Markdown options={OPTIONS}>{text}</Markdown>;
}

const OPTIONS: MarkdownToJSX.Options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  // Names of headings would be those of the page.
  slugify: () => '',
  overrides: {
    a: { component: OutsideLink },
    img: { component: ImageAddress },
  },
};

function OutsideLink({ children, href }: ComponentPropsWithoutRef<'a'>) {
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" onPointerDown={stopPointer}>
      {children}
    </a>
  );
}

/** Showing the image would tell another server who looks at the workflow. */
function ImageAddress({ src, alt = '' }: ComponentPropsWithoutRef<'img'>) {
  return <OutsideLink href={src}>{alt === '' ? src : alt}</OutsideLink>;
}
