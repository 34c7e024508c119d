import type { Seed, SeedParam } from '@unclip-studio/graph-core';
import Dices from 'lucide-react/icons/dices';
import Lock from 'lucide-react/icons/lock';
import Plus from 'lucide-react/icons/plus';
import Shuffle from 'lucide-react/icons/shuffle';
import { randomSeed, setSeedMode } from '../document/commands/seeds.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { strings } from '../strings.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { readTypedSeed } from './read-typed.js';
import { TypedNumber } from './TypedNumber.js';

export interface SeedFieldProps {
  readonly node: string;
  readonly name: string;
  readonly label: string;
  readonly param: SeedParam;
  readonly value: Seed;
  readonly onChange: (value: Seed) => void;
}

const MODES = ['fixed', 'random', 'increment'] as const;
const ICONS = { fixed: Lock, random: Shuffle, increment: Plus };
const TIPS = {
  fixed: strings.param.seedFixed,
  random: strings.param.seedRandom,
  increment: strings.param.seedIncrement,
};

/** A seed, and what becomes of it before the next run. */
export function SeedField({ node, name, label, param, value, onChange }: SeedFieldProps) {
  const { store } = useSession();
  const mode = useDocument(({ layout }) => layout.nodes[node]?.seeds?.[name]) ?? 'fixed';
  const Icon = ICONS[mode];
  return (
    <>
      <span className="param-label">{label}</span>
      <TypedNumber label={label} value={value} read={(typed) => readTypedSeed(param, typed)} onCommit={onChange} />
      <Button
        variant="bare"
        className="param-button"
        aria-label={TIPS[mode]}
        tip={TIPS[mode]}
        data-active={mode !== 'fixed' || undefined}
        onPointerDown={stopPointer}
        onClick={() => {
          const next = MODES[(MODES.indexOf(mode) + 1) % MODES.length];
          setSeedMode(store, { node, name, mode: next === 'fixed' ? undefined : next });
        }}
      >
        <Icon size={14} aria-hidden />
      </Button>
      <Button
        variant="bare"
        className="param-button"
        aria-label={strings.param.newSeed}
        tip={strings.param.newSeed}
        onPointerDown={stopPointer}
        onClick={() => onChange(randomSeed())}
      >
        <Dices size={14} aria-hidden />
      </Button>
    </>
  );
}
