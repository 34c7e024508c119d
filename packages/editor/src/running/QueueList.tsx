import { useVirtualizer } from '@tanstack/react-virtual';
import type { RunRecord } from '@unclip-studio/protocol';
import { useLayoutEffect, useRef, useState } from 'react';
import type { Running } from '../session/running/running.js';
import { QueueRow } from './QueueRow.js';

export interface QueueSection {
  readonly title: string;
  readonly runs: readonly RunRecord[];
  readonly hasPlaces?: boolean;
}

export interface QueueListProps {
  readonly sections: readonly QueueSection[];
  readonly running: Running;
}

const HEAD_PX = 36;
const ROW_PX = 54;
const OVERSCAN = 6;

type Item =
  | { readonly kind: 'head'; readonly title: string }
  | { readonly kind: 'run'; readonly run: RunRecord; readonly place: number | undefined };

/** Runs under headings, of which only those in sight are on the page: there may be thousands. */
export function QueueList({ sections, running }: QueueListProps) {
  const list = useRef<HTMLUListElement>(null);
  const [offsetPx, setOffsetPx] = useState(0);
  const items = sections.flatMap(itemsOf);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scrollerOf(list.current),
    estimateSize: (index) => (items[index]?.kind === 'head' ? HEAD_PX : ROW_PX),
    getItemKey: (index) => keyOf(items[index], index),
    overscan: OVERSCAN,
    scrollMargin: offsetPx,
  });
  // Content above the list in the scrolled area changes, such as the note that the queue is paused.
  useLayoutEffect(() => {
    const top = topInScroller(list.current);
    if (top !== offsetPx) setOffsetPx(top);
  });
  return (
    <ul ref={list} className="queue-list" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ key, index, start }) => {
        const item = items[index];
        if (item === undefined) return null;
        const place = { transform: `translateY(${start - offsetPx}px)` };
        return item.kind === 'head' ? (
          <li key={key} data-index={index} ref={virtual.measureElement} className="queue-head-row" style={place}>
            <h2>{item.title}</h2>
          </li>
        ) : (
          <li
            key={key}
            data-index={index}
            ref={virtual.measureElement}
            style={place}
            data-state={item.run.state}
            data-run={item.run.id}
          >
            <QueueRow run={item.run} place={item.place} running={running} />
          </li>
        );
      })}
    </ul>
  );
}

function itemsOf({ title, runs, hasPlaces = false }: QueueSection): readonly Item[] {
  if (runs.length === 0) return [];
  return [
    { kind: 'head', title },
    ...runs.map((run, i): Item => ({ kind: 'run', run, place: hasPlaces ? i : undefined })),
  ];
}

function keyOf(item: Item | undefined, index: number): string | number {
  if (item === undefined) return index;
  return item.kind === 'head' ? ` ${item.title}` : item.run.id;
}

/** Pixels from the upper end of what scrolls. */
function topInScroller(element: HTMLElement | null): number {
  const scroller = scrollerOf(element);
  if (element === null || scroller === null) return 0;
  const top = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  return Math.round(top);
}

function scrollerOf(element: HTMLElement | null): HTMLElement | null {
  return element?.closest('.panel-content') ?? null;
}
