import { useMutation } from '@tanstack/react-query';
import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';
import Keyboard from 'lucide-react/icons/keyboard';
import Play from 'lucide-react/icons/play';
import Settings from 'lucide-react/icons/settings';
import SquareDashed from 'lucide-react/icons/square-dashed';
import { type ReactNode, useState } from 'react';
import { switchLanguage } from '../actions/language-actions.js';
import { errorWords } from '../api/error-words.js';
import { pageLanguage, texts } from '../messages/texts.js';
import { whyNotNotified } from '../session/running/announce-end.js';
import { chooseNotifies } from '../session/running/follow-ends.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { Field } from '../ui/Field.js';
import { Tabs } from '../ui/Tabs.js';
import type { Notifies, Theme } from '../view/preferences.js';
import type { UiState } from '../view/ui-state.js';
import { KeySettings } from './KeySettings.js';
import './settings.css';

/** What a user chooses for this browser. Everything holds at once. */
export function SettingsDialog() {
  const { ui } = useSession();
  const [shown, setShown] = useState<keyof typeof SECTIONS>('general');
  const words = texts.settings;
  const { Content } = SECTIONS[shown];
  const tabs = (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).map((id) => ({
    id,
    title: words.sections[id],
    Icon: SECTIONS[id].Icon,
  }));
  return (
    <Dialog
      title={words.title}
      size="sheet"
      className="settings"
      testId="settings"
      onClose={() => ui.setState({ isSettingsOpen: false })}
    >
      <Tabs tabs={tabs} shown={shown} onShow={(id) => setShown(id as keyof typeof SECTIONS)}>
        <div className="settings-section">
          <Content />
        </div>
      </Tabs>
    </Dialog>
  );
}

const SECTIONS = {
  general: { Icon: Settings, Content: GeneralSettings },
  canvas: { Icon: SquareDashed, Content: CanvasSettings },
  runs: { Icon: Play, Content: RunSettings },
  keys: { Icon: Keyboard, Content: KeySettings },
} as const;

function GeneralSettings() {
  const session = useSession();
  const words = texts.settings;
  const shownDecimals = useUi((ui) => ui.decimals);
  const arrowSteps = useUi((ui) => ui.arrowSteps);
  const theme = useUi((ui) => ui.theme);
  return (
    <>
      <Choice
        label={texts.language.choose}
        chosen={pageLanguage}
        choices={Object.entries(LANGUAGES)}
        help={words.languageHelp}
        onChoose={(language) => void switchLanguage(session, language as Language)}
      />
      <Choice
        label={words.theme}
        chosen={theme}
        choices={Object.entries(words.themes)}
        onChoose={(chosen) => session.ui.setState({ theme: chosen as Theme })}
      />
      <Choice
        label={words.decimals}
        chosen={shownDecimals === undefined ? '' : String(shownDecimals)}
        choices={[['', words.allDecimals], ...['0', '1', '2', '3', '4'].map((count) => [count, count] as const)]}
        help={words.decimalsHelp}
        onChoose={(count) => session.ui.setState({ decimals: count === '' ? undefined : Number(count) })}
      />
      <Choice
        label={words.arrowSteps}
        chosen={String(arrowSteps)}
        choices={[1, 2, 5, 10].map((count) => [String(count), words.steps(count)] as const)}
        help={words.arrowStepsHelp}
        onChoose={(count) => session.ui.setState({ arrowSteps: Number(count) })}
      />
    </>
  );
}

function CanvasSettings() {
  const words = texts.settings;
  return (
    <>
      <Switch name="showsGuides" label={words.guides} />
      <Switch name="isSnapping" label={words.snap} help={words.snapHelp} />
      <Switch name="showsMinimap" label={words.minimap} />
      <Switch name="wheelPans" label={words.wheelPans} help={words.wheelPansHelp} />
    </>
  );
}

function RunSettings() {
  const { ui, api } = useSession();
  const words = texts.settings;
  const intervalMs = useUi((state) => state.previewIntervalMs);
  const notifies = useUi((state) => state.notifiesAtEnd);
  // What was allowed once may have been forbidden in the browser since.
  const [whyNot, setWhyNot] = useState(() => (notifies === 'never' ? undefined : whyNotNotified()));
  return (
    <>
      <Switch name="showsPreviews" label={words.previews} help={words.previewsHelp} />
      <Choice
        label={words.previewRate}
        chosen={String(intervalMs)}
        choices={[0, 500, 1000, 2000, 5000].map((ms) => [String(ms), words.atMostEvery(ms / 1000)] as const)}
        help={words.previewRateHelp}
        onChoose={(ms) => ui.setState({ previewIntervalMs: Number(ms) })}
      />
      <Choice
        label={words.notify}
        chosen={notifies}
        choices={Object.entries(words.notifies)}
        help={words.notifyHelp}
        problem={whyNot}
        onChoose={(chosen) => void chooseNotifies(ui, chosen as Notifies).then(setWhyNot)}
      />
      <Switch name="soundsAtEnd" label={words.sound} />
      {api.isOnline && <FreeMemory />}
    </>
  );
}

/** What the server keeps loaded between runs, to be given back to other programs. */
function FreeMemory() {
  const { api } = useSession();
  const words = texts.settings;
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: api.runs.freeMemory }, api.cache);
  return (
    <div className="setting">
      <Button disabled={isPending} onClick={() => mutate()}>
        {words.freeMemory}
      </Button>
      <p role="status">{error === null ? isSuccess && words.memoryFreed : errorWords(error)}</p>
      <p className="field-help">{words.memoryHelp}</p>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly help?: string;
  readonly problem?: string | undefined;
  readonly chosen: string;
  /** Value and what is shown for it. */
  readonly choices: readonly (readonly [string, string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, help, problem, chosen, choices, onChoose }: ChoiceProps) {
  return (
    <Field label={label} help={help} problem={problem} className="setting">
      {(attributes) => (
        <select {...attributes} className="text-field" value={chosen} onChange={({ target }) => onChoose(target.value)}>
          {choices.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type SwitchName = { [Name in keyof UiState]: UiState[Name] extends boolean ? Name : never }[keyof UiState];

interface SwitchProps {
  readonly name: SwitchName;
  readonly label: ReactNode & string;
  readonly help?: string;
}

function Switch({ name, label, help }: SwitchProps) {
  const { ui } = useSession();
  const isOn = useUi((state) => state[name]);
  return (
    <Field label={label} help={help} className="setting setting-switch">
      {(attributes) => (
        <input
          {...attributes}
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => ui.setState({ [name]: target.checked })}
        />
      )}
    </Field>
  );
}
