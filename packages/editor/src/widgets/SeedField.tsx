import type { Seed, SeedParam } from '@unclip-studio/graph-core';
import Dices from 'lucide-react/icons/dices';
import Lock from 'lucide-react/icons/lock';
import Plus from 'lucide-react/icons/plus';
import Shuffle from 'lucide-react/icons/shuffle';
import { randomSeed, setSeedMode } from '../document/commands/seeds.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { FieldProps } from './field.js';
import { readTypedSeed } from './read-typed.js';
import { TypedNumber } from './TypedNumber.js';

const MODES = ['fixed', 'random', 'increment'] as const;
const ICONS = { fixed: Lock, random: Shuffle, increment: Plus };

/** A seed with a button for another one; on a card also what becomes of it before the next run. */
export function SeedField({ node, name, label, param, value, onChange }: FieldProps<SeedParam, Seed>) {
  const isOnCard = node !== undefined;
  const words = isOnCard ? texts.param.newSeed : texts.structure.newSeed;
  return (
    <>
      <span className="param-label">{label}</span>
      <TypedNumber label={label} value={value} read={(typed) => readTypedSeed(param, typed)} onCommit={onChange} />
      {isOnCard && <SeedModeButton node={node} name={name} />}
      <Button
        variant="bare"
        className={isOnCard ? 'param-button' : 'icon-button'}
        aria-label={words}
        tip={words}
        onPointerDown={stopPointer}
        onClick={() => onChange(randomSeed())}
      >
        <Dices size={isOnCard ? 14 : 16} aria-hidden />
      </Button>
    </>
  );
}

/** What becomes of the seed before the next run. */
function SeedModeButton({ node, name }: { readonly node: string; readonly name: string }) {
  const { store } = useSession();
  const mode = useDocument(({ layout }) => layout.nodes[node]?.seeds?.[name]) ?? 'fixed';
  const { seedFixed, seedRandom, seedIncrement } = texts.param;
  const tip = { fixed: seedFixed, random: seedRandom, increment: seedIncrement }[mode];
  const Icon = ICONS[mode];
  return (
    <Button
      variant="bare"
      className="param-button"
      aria-label={tip}
      tip={tip}
      data-active={mode !== 'fixed' || undefined}
      onPointerDown={stopPointer}
      onClick={() => {
        const next = MODES[(MODES.indexOf(mode) + 1) % MODES.length];
        setSeedMode(store, { node, name, mode: next === 'fixed' ? undefined : next });
      }}
    >
      <Icon size={14} aria-hidden />
    </Button>
  );
}
