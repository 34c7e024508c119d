import type { OutputRecord, RunRecord } from '@unclip-studio/protocol';
import { texts } from '../../messages/texts.js';
import type { Notifies } from '../../view/preferences.js';

interface AnnounceOptions {
  readonly notifiesAtEnd: Notifies;
  readonly soundsAtEnd: boolean;
  /** The address of a small image. */
  readonly imageOf: (output: OutputRecord) => string;
}

/** Announces a run that was not cancelled, as the user has chosen. */
export function announceEnd(run: RunRecord, { notifiesAtEnd, soundsAtEnd, imageOf }: AnnounceOptions): void {
  if (run.state !== 'succeeded' && run.state !== 'failed') return;
  if (soundsAtEnd) playSound(run.state);
  const isDue = notifiesAtEnd === 'always' || (notifiesAtEnd === 'hidden' && !document.hasFocus());
  if (isDue && mayNotify()) notify(run, imageOf);
}

/** Asks for permission to notify, unless it was granted or denied before. @returns why the page may not */
export async function askToNotify(): Promise<string | undefined> {
  if (typeof Notification !== 'undefined') await Notification.requestPermission();
  return whyNotNotified();
}

/** Why no notification would be seen, and what to do about it; `undefined` if nothing is in the way. */
export function whyNotNotified(): string | undefined {
  if (mayNotify()) return undefined;
  // Browsers refuse without a question where others could have changed the page on its way.
  return isSecureContext ? texts.queue.notAllowed : texts.queue.notSecure;
}

function mayNotify(): boolean {
  return typeof Notification !== 'undefined' && Notification.permission === 'granted';
}

function notify({ id, state, title, outputs }: RunRecord, imageOf: AnnounceOptions['imageOf']): void {
  const [first] = outputs.filter(({ temporary }) => !temporary);
  const icon = first === undefined ? {} : { icon: new URL(imageOf(first), document.baseURI).href };
  const note = new Notification(texts.run.ended(state, outputs.length), { body: title, tag: id, ...icon });
  note.onclick = () => {
    window.focus();
    note.close();
  };
}

const NOTE_S = 0.16;
/** In hertz: up for good news, down for bad. */
const NOTES = { succeeded: [659.3, 880], failed: [440, 329.6] } as const;

function playSound(state: keyof typeof NOTES): void {
  const audio = new AudioContext();
  const loudness = audio.createGain();
  loudness.gain.value = 0.15;
  loudness.connect(audio.destination);
  const tones = NOTES[state].map((hertz, i) => {
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(loudness);
    tone.start(audio.currentTime + i * NOTE_S);
    tone.stop(audio.currentTime + (i + 1) * NOTE_S);
    return tone;
  });
  tones.at(-1)?.addEventListener('ended', () => void audio.close());
}
