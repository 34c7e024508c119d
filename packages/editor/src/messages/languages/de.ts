import {
  type DiagnosticMessages,
  describeReason,
  type ReasonMessages,
  type ReasonOf,
  unreachable,
} from '@unclip-studio/graph-core';
import type { ParamRule, RunState } from '@unclip-studio/protocol';
import { counted, listsIn } from '../name-lists.js';
import type { Messages } from './en.js';

const number = (value: number) => value.toLocaleString('de');
const tenths = (value: number) => value.toLocaleString('de', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const plural = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`;
const images = (count: number) => plural(count, 'Bild', 'Bilder');
const nodes = (count: number) => plural(count, 'Node', 'Nodes');

const quote = (name: string) => `„${name}“`;
const { names, anyOf, oneOfNodes, circle } = listsIn({
  quote,
  comma: ', ',
  or: ' oder ',
  more: (count) => `und ${count} weitere`,
  others: (count) => (count === 1 ? ' oder eine andere Node' : ` oder eine von ${count} anderen Nodes`),
});

const diagnostics: DiagnosticMessages = {
  at({ title, node, outer, type, subgraph, input, param }) {
    const port =
      input !== undefined ? `, Eingang ${quote(input)}` : param !== undefined ? `, Parameter ${quote(param)}` : '';
    const containers = outer.map((id) => ` in ${quote(id)}`).join('');
    const name = title === undefined ? `Node ${quote(node)}${containers} (${type})` : `${title}${containers}`;
    return `${name}${within(subgraph)}${port}: `;
  },
  rule,
  words: {
    'conflicting-params': (p) => (p.because && describeReason(reasons, p.because)) ?? p.problem,
    'invalid-json': (p) =>
      `Die Datei ist kein JSON${at(p)}: ${p.reason}. Die Stelle korrigieren oder den Workflow neu exportieren.`,
    'too-large': (p) =>
      `Die Datei hat ${p.sizeBytes} Bytes; ein Workflow darf ${p.limitBytes} haben. Ist es die richtige Datei?`,
    'too-deep': (p) =>
      `Die Datei ist mehr als ${p.limit} Ebenen tief verschachtelt${at(p)}. Ein Workflow braucht weniger als zehn; ist es die richtige Datei?`,
    'duplicate-key': (p) =>
      `Der Schlüssel ${quote(p.key)} kommt in einem Objekt zweimal vor${at(p)}. Einen der beiden umbenennen oder entfernen.`,
    'wrong-format': (p) =>
      `Die Datei ist kein Workflow: erwartet "format": "unclip-workflow", gefunden ${p.got}. Eine von unclip-studio gespeicherte Datei öffnen.`,
    'newer-version': (p) =>
      `Der Workflow hat Version ${p.version}; dieses Programm liest Versionen bis ${p.supported}. unclip-studio aktualisieren.`,
    'wrong-shape': (p) => `${p.at}: erwartet ${p.expected}, gefunden ${p.got}. In der Datei korrigieren.`,
    'bad-node-id': (p) =>
      `Node-ID ${JSON.stringify(p.id)}: erwartet 1 bis 64 Buchstaben, Ziffern, „_“ oder „-“. Die Node umbenennen.`,
    'unknown-type': (p) =>
      `Es gibt keinen Node-Typ ${quote(p.type)}.${meant(p.similar)} ${p.hint ?? 'Die Node durch eine andere ersetzen oder löschen.'}`,
    'unknown-input': (p) =>
      `Es gibt keinen Eingang ${quote(p.input)}. ${known('Eingänge', p.known, 'Die Node hat keine Eingänge.')}`,
    'missing-input': (p) => `erwartet ${p.expected}, nicht verbunden. ${sources(p.expected, p.givenBy)}`,
    'bad-link': (p) =>
      `erwartet eine Quelle der Form „node.ausgang“, gefunden ${p.got}. Die Node und ihren Ausgang angeben.`,
    'unknown-source': (p) =>
      `Es gibt keine Node ${quote(p.source)}.${meant(p.similar)} Mit einer Node dieses Workflows verbinden.`,
    'unknown-output': (p) =>
      `Die Node ${quote(p.source)} hat keinen Ausgang ${quote(p.output)}. ${known('Ausgänge', p.known, 'Sie hat keine Ausgänge.')}`,
    'wrong-link-type': (p) =>
      `erwartet ${p.expected}, gefunden ${p.got} von ${quote(`${p.source}.${p.output}`)}. ${
        p.between.length > 0 ? `${oneOfNodes(p.between)} dazwischensetzen.` : sources(p.expected, p.givenBy)
      }`,
    'unknown-param': (p) =>
      `Es gibt keinen Parameter ${quote(p.param)}. ${known('Parameter', p.known, 'Die Node hat keine Parameter.')}`,
    'wrong-param': (p) => `erwartet ${expectation(p)}, gefunden ${p.got}.`,
    'newer-plugin': (p) =>
      `Der Workflow ist von ${p.plugin} ${p.version}. Installiert ist ${p.installed}, das vielleicht nicht alle Nodes und Einstellungen kennt. Aktualisieren: unclip plugins add ${p.plugin}@${p.version}`,
    'unread-text': (p) => `${quote(p.text)} ${p.advice}`,
    'no-bypass': (p) =>
      `Wird umgangen, aber kein verbundener Eingang vom Typ ${p.outputType} kann den Ausgang ${quote(p.output)} ersetzen. Die Umgehung ausschalten oder einen solchen Eingang verbinden.`,
    'file-problem': (p) => (p.because && describeReason(reasons, p.because)) ?? p.problem,
    'missing-output': (p) =>
      `Die Node ${quote(p.source)} gibt bei ${quote(p.output)} nichts aus. ${(p.because && describeReason(reasons, p.because)) ?? p.problem}`,
    'input-without-param': (p) =>
      `Workflow-Eingabe ${quote(p.name)}: Es gibt keinen Parameter ${quote(p.place)}. Einen Parameter als „node.parameter“ angeben oder die Eingabe entfernen.`,
    'input-of-unlike-params': (p) =>
      `Workflow-Eingabe ${quote(p.name)}: Die Parameter ${p.places.map(quote).join(' und ')} nehmen nicht dieselben Werte an. Zwei Eingaben daraus machen.`,
    'no-such-input': (p) =>
      `Der Workflow hat keine Eingabe ${quote(p.name)}.${meant(p.similar)} ${known('Eingaben', p.known, 'Er hat keine Eingaben; „inputs“ im Workflow legt welche an.')}`,
    'wrong-input': (p) => `Workflow-Eingabe ${quote(p.name)}: erwartet ${expectation(p)}, gefunden ${p.got}.`,
    cycle: (p) =>
      `Die Nodes ${circle(p.nodes)}${within(p.subgraph)} bilden einen Kreis. Eine der Verbindungen entfernen.`,
    'subgraph-cycle': (p) =>
      `Die Subgraphs ${circle(p.subgraphs)} enthalten einander im Kreis und würden nie enden. Einen aus dem anderen herausnehmen.`,
    'subgraph-port': (p) =>
      `Subgraph ${quote(p.subgraph)}, ${PORTS[p.kind]} ${quote(p.name)}: erwartet ${p.expected}, gefunden ${p.got ?? `${quote(p.place)}, das es nicht gibt`}. Im Inneren verbinden oder entfernen.`,
    'too-many-nodes': (p) =>
      `Subgraphs und Sweeps machen aus diesem Workflow ${many(p.count)} Nodes; die Grenze ist ${p.limit}. Weniger Werte oder weniger Kopien verwenden.`,
    'too-many-links': (p) =>
      `Subgraphs machen aus diesem Workflow ${many(p.count)} Verbindungen; die Grenze ist ${p.limit}. Weniger Kopien verwenden.`,
    'too-many-characters': (p) =>
      `Verschachtelte Subgraphs ergeben Node-IDs mit zusammen ${many(p.count)} Zeichen; die Grenze ist ${p.limit}. Einige auflösen.`,
    'more-problems': (p) => `Es gibt ${p.count} weitere Probleme, die nicht aufgeführt sind. Zuerst diese beheben.`,
    'unknown-target': (p) =>
      `Es gibt keine Node ${quote(p.target)}, die ausgeführt werden könnte.${meant(p.similar)} Eine Node dieses Workflows angeben.`,
    'muted-target': (p) =>
      `Die Node ${quote(p.target)} ist stumm oder liest eine stumme Node und kann nicht ausgeführt werden. Die Stummschaltung aufheben.`,
    'nothing-to-run': () =>
      'Der Workflow hat keine Node zum Ausführen. Eine hinzufügen, die ein Bild speichert oder zeigt, oder ein Ziel angeben.',
  },
};

const wait = (seconds: number) => (seconds > 90 ? `${Math.ceil(seconds / 60)} Minuten` : `${seconds} Sekunden`);
const bytes = (value: number) => (value < 1e9 ? `${number(Math.ceil(value / 1e6))} MB` : `${tenths(value / 1e9)} GB`);

const modelTypes: Readonly<Record<string, string>> = {
  checkpoint: 'Checkpoint',
  lora: 'LoRA',
  vae: 'VAE',
  vision: 'CLIP-Vision',
  upscaler: 'Upscaler',
  embedding: 'Embedding',
  'image-embeds': 'Bild-Embeddings',
  controlnet: 'ControlNet',
  'ip-adapter': 'IP-Adapter',
};

const fileFaults: Readonly<Record<ReasonOf<'model-file'>['fault'], string>> = {
  'lfs-pointer': 'ist nur ein Verweis von Git LFS. „git lfs pull“ im Ordner ausführen oder die Datei herunterladen.',
  'web-page': 'ist eine Webseite. Die Datei selbst herunterladen (/resolve/ statt /blob/ in der Adresse).',
  'server-message': 'ist die Fehlermeldung eines Servers. Noch einmal herunterladen, wenn nötig mit Token.',
  archive: 'ist ein ZIP-Archiv oder ein Pickle. Entpacken oder in .ckpt oder .pth umbenennen.',
  gguf: 'ist eine GGUF-Datei. Das Modell als .safetensors herunterladen.',
  'pickles-off': 'ist ein Pickle, und Pickles sind abgeschaltet. Das Modell als .safetensors herunterladen.',
  damaged: 'ist beschädigt, unvollständig oder passt nicht zu den übrigen Dateien. Neu kopieren oder herunterladen.',
  missing: 'fehlt. Das Modell neu kopieren oder herunterladen.',
  'not-readable': 'darf nicht gelesen werden. Dem Benutzer, unter dem der Server läuft, das Leserecht geben.',
  'wrong-kind': 'enthält etwas anderes als das, was hier gebraucht wird. Eine andere Datei wählen.',
  'other-model': 'wurde für ein anderes Modell gemacht. Eine passende Datei wählen.',
  'not-supported': 'wird nicht unterstützt. Ein anderes Modell wählen.',
  'config-needed': 'braucht eine Konfiguration neben sich, da nicht alle Angaben in den Gewichten stehen.',
};

const madeForOther: Readonly<Record<ReasonOf<'made-for-other-model'>['kind'], string>> = {
  controlnet: 'Das ControlNet',
  'ip-adapter': 'Der IP-Adapter',
  embedding: 'Das Embedding',
  'image-embeds': 'Die Bild-Embeddings',
  'image-encoder': 'Der Bild-Encoder',
  latent: 'Das Latent',
  prior: 'Der Prior',
  prompt: 'Der Prompt',
};

const modelCannot: Readonly<Record<ReasonOf<'model-cannot'>['what'], string>> = {
  upscale: 'ist kein 4x-Upscaler. stabilityai/stable-diffusion-x4-upscaler wählen.',
  'read-text': 'versteht keinen Text, sondern variiert Bilder. Eine Bildkonditionierung statt des Prompts verbinden.',
  'see-images':
    'hat keinen Bild-Encoder. Einen unCLIP-Checkpoint wählen oder für IP-Adapter „CLIP-Vision laden“ verwenden.',
  'take-embeds': 'nimmt keine Embeddings, sondern die Bilder selbst. Ein Bild verbinden.',
  inpaint: 'eignet sich hier nicht zum Kodieren. Das VAE des Checkpoints verbinden.',
  'be-a-prior': 'ist kein Prior. Einen Ordner mit einem Karlo-Prior wählen.',
};

const notMergeable: Readonly<Record<ReasonOf<'models-not-mergeable'>['why'], string>> = {
  shapes: 'ist anders aufgebaut als das erste. Modelle derselben Familie mischen.',
  prediction: 'sagt etwas anderes vorher als das erste (epsilon oder v_prediction) und lässt sich nicht damit mischen.',
  dora: 'hat ein DoRA, das von den Gewichten abhängt. Es nach dem Mischen anwenden.',
  'ip-adapter': 'hat einen IP-Adapter. Ihn auf das gemischte Modell anwenden.',
  drives: 'Die Modelle liegen auf verschiedenen Laufwerken. Auf eines legen.',
  'nothing-left': 'Die Modelle heben sich gegenseitig auf. Ein anderes Verhältnis wählen.',
};

const downloadRefused: Readonly<Record<ReasonOf<'download-refused'>['why'], (name: string) => string>> = {
  limit: (count) => `Es stehen schon ${count} Downloads in der Liste, mehr sind nicht möglich. Einige entfernen.`,
  'several-files': (files) => `Eine der Dateien wählen: ${files}.`,
  'not-failed': () => 'Nur ein fehlgeschlagener Download kann fortgesetzt werden.',
  'already-downloading': (repository) => `${repository} wird schon heruntergeladen.`,
  'name-taken': (path) => `Unter ${quote(path)} gibt es schon etwas.`,
  'linked-folder': (folder) =>
    `${quote(folder)} ist eine Verknüpfung; nur im Modellordner selbst wird heruntergeladen und gelöscht.`,
};

const deletionRefused: Readonly<Record<ReasonOf<'deletion-refused'>['why'], string>> = {
  'not-downloaded': 'wurde nicht von diesem Programm heruntergeladen oder seither geändert. Dort löschen, wo es liegt.',
  'not-in-trash': 'ist nicht mehr im Papierkorb. Das Modell neu herunterladen.',
  'name-taken': 'gibt es schon wieder. Zuerst verschieben.',
};

const hubFaults: Readonly<Record<ReasonOf<'hub'>['fault'], string>> = {
  login:
    'verlangt eine Anmeldung. Die Bedingungen auf der Seite des Modells annehmen und ein Token in HF_TOKEN angeben.',
  'not-found': 'gibt es nicht.',
  busy: 'bekommt zu viele Anfragen. Etwas warten und noch einmal versuchen.',
  refused: 'antwortet mit einem Fehler. Später noch einmal versuchen; was schon da ist, bleibt.',
  'connection-lost': 'Die Verbindung ist abgebrochen. Noch einmal versuchen, um fortzusetzen.',
  'not-a-hub': 'antwortet nicht wie ein Modell-Hub. Die Adresse prüfen.',
  'no-model': 'enthält kein Modell, das hier verwendet werden kann.',
  'no-such-file': 'ist dort keine Datei mit Gewichten. Eine andere wählen.',
  damaged: 'kam beschädigt an und wurde verworfen. Noch einmal versuchen.',
  address: 'ist keine Adresse eines Modells. OWNER/NAME, die Seite des Modells oder einer Datei angeben.',
  'no-size': 'Der Server nennt die Größe der Datei nicht. Auf anderem Weg herunterladen.',
};

const missingInputs: Readonly<Record<ReasonOf<'input-missing'>['input'], string>> = {
  image: 'ein Bild',
  'image-encoder': 'ein Bild-Encoder',
  mask: 'eine Maske',
  latent: 'ein Latent, mit dem begonnen wird',
  embed: 'ein Embedding',
  'two-embeds': 'ein zweites Embedding',
  condition: 'eine Bildkonditionierung',
  model: 'das erste Modell',
  'third-model': 'das dritte Modell',
};

const modelParts: Readonly<Record<ReasonOf<'not-connected'>['input'], string>> = {
  unet: 'kein Modell',
  text: 'kein Text-Encoder',
  vae: 'kein VAE',
};

const unlikeSizes: Readonly<Record<ReasonOf<'sizes-differ'>['of'], readonly [one: string, other: string]>> = {
  frames: ['Ein Einzelbild', 'ein anderes'],
  mask: ['Die Maske', 'ihr Bild'],
  latent: ['Das Latent', 'Breite und Höhe der Einstellungen'],
  noise: ['Das Rauschen', 'das Latent'],
};

const promptLimits: Readonly<Record<ReasonOf<'prompt-limit'>['of'], string>> = {
  nesting: 'Ebenen von Klammern ineinander',
  characters: 'Zeichen',
  choices: 'Auswahlen',
  texts: 'verschiedene Texte aus Klammern',
};

const memorySolutions: Readonly<Record<ReasonOf<'memory-short'>['solution'], string>> = {
  'decoded-in-tiles': 'das Bild wird in Kacheln dekodiert',
  'encoded-in-tiles': 'das Bild wird in Kacheln kodiert',
  'upscaled-in-tiles': 'das Bild wird in kleineren Kacheln vergrößert',
  'fewer-rows': 'es wird weniger auf einmal gerechnet, was länger dauert',
  'fewer-queries': 'die Attention wird in kleineren Teilen berechnet, was länger dauert',
  cpu: 'es geht auf der CPU weiter, was länger dauert',
};

const afterFailures: Readonly<Record<ReasonOf<'device-failed'>['next'], string>> = {
  cpu: 'Es geht auf der CPU weiter, was länger dauert.',
  float32: 'Es geht in float32 weiter.',
  'tried-again': 'Der Worker wurde neu gestartet und versucht es noch einmal.',
};

const comfyuiFaults: Readonly<Record<ReasonOf<'comfyui-file'>['fault'], string>> = {
  empty: 'Die Datei ist leer.',
  'own-workflow': 'Das ist schon ein Workflow von unclip-studio. Ihn direkt öffnen.',
  'other-json': 'Das ist kein Workflow von ComfyUI.',
  'not-json': 'Die Datei ist kein JSON. Den Workflow neu exportieren.',
  'too-large': 'Der Workflow von ComfyUI ist zu groß. Einen Teil davon importieren.',
};

const notFound: Readonly<Record<ReasonOf<'not-found'>['what'], (name: string) => string>> = {
  address: (name) => `Unter ${name} gibt es nichts.`,
  preview: () => 'Es gibt kein Vorschaubild.',
  receipt: () => 'Zu diesem Bild gibt es keinen Beleg.',
  revision: (name) => `Die Version ${quote(name)} gibt es nicht.`,
  template: (name) => `Die Vorlage ${quote(name)} gibt es nicht.`,
  'share-link': () => 'Diesen Link gibt es nicht mehr.',
  'shared-image': () => 'Dieser Link zeigt das Bild nicht.',
  name: (name) => `${quote(name)} gibt es nicht.`,
};

const searchFaults: Readonly<Record<ReasonOf<'search-term'>['fault'], (known: readonly string[]) => string>> = {
  quote: () => 'Das schließende Anführungszeichen fehlt.',
  'no-value': () => 'Danach fehlt der Wert, ohne Leerzeichen.',
  number: () => 'Danach muss eine Zahl stehen.',
  unknown: (known) =>
    `Nach dieser Einstellung kann nicht gesucht werden.${meant(known)} Wörter, die ein „:“ enthalten, in Anführungszeichen setzen.`,
  choice: (known) => `Möglich sind ${names(known)}.`,
  date: () => 'Möglich sind Tag, Monat, Jahr, today, yesterday, week oder ein Bereich wie date:2026-11-01..2026-11-24.',
  range: () => 'Der Bereich endet, bevor er beginnt. Beide vertauschen.',
};

const fetchFaults: Readonly<Record<ReasonOf<'fetch'>['fault'], string>> = {
  address: 'ist keine Adresse mit http:// oder https://.',
  password: 'wird nicht abgerufen, da die Adresse einen Benutzernamen oder ein Passwort enthält.',
  private:
    'liegt in diesem Rechner oder seinem Netz und wird nicht abgerufen. Der Betreiber kann es mit --allow-fetch erlauben.',
  redirects: 'leitet zu oft weiter.',
  'too-large': 'schickt mehr als erlaubt.',
  'connection-lost': 'ist nicht erreichbar oder hat die Verbindung abgebrochen. Noch einmal versuchen.',
  status: 'antwortet mit einem Fehler. Die Adresse prüfen.',
};

const reasons: ReasonMessages = {
  'image-not-chosen': () => 'Kein Bild gewählt. Eines auf die Karte ziehen oder eine Datei wählen.',
  'image-not-found': ({ image }) =>
    `Das Bild ${quote(image)} gibt es hier nicht. Neu hochladen oder ein anderes wählen.`,
  'image-not-stored': ({ image }) => `Das Bild ${quote(image)} ist nicht mehr gespeichert. Neu hochladen.`,
  'image-format': () => 'Erwartet: PNG, JPEG oder WebP. Das Bild in einem dieser Formate speichern.',
  'image-damaged': ({ format }) =>
    `Die ${format}-Datei ist unvollständig oder beschädigt. Das Bild neu kopieren oder speichern.`,
  'image-animated': ({ frames }) =>
    `Erwartet ein Bild, bekommen eine Animation mit ${number(frames)} Einzelbildern. Eines davon speichern.`,
  'image-dimensions': ({ widthPx, heightPx, maxMegapixels, maxSidePx }) =>
    `Das Bild hat ${widthPx} × ${heightPx} px; erlaubt sind ${number(maxMegapixels)} Megapixel und ${maxSidePx} px pro Seite. Verkleinern oder den Server mit höherem --max-megapixels starten.`,
  'file-too-large': () => 'Die Datei ist zu groß.',
  'upload-too-large': ({ limitBytes }) =>
    `Das Bild ist zu groß: Dieser Link nimmt Bilder bis ${bytes(limitBytes)}. Verkleinern.`,
  'model-not-found': ({ type, name }) =>
    `${modelTypes[type] ?? type} ${quote(name)} ist nicht installiert. Ein anderes Modell wählen oder es herunterladen.`,
  'licence-not-accepted': ({ models }) =>
    `Die Lizenz von ${names(models)} schränkt die Nutzung ein. Der Betreiber dieses Servers muss sie zuerst annehmen.`,
  'licence-not-read': ({ repository, licence }) =>
    `Die Lizenz von ${repository} ist ${quote(licence)}. Zuerst lesen und annehmen.`,
  'model-no-room': ({ neededBytes, freeBytes }) =>
    `Nötig sind ${bytes(neededBytes)}, frei sind nur ${bytes(freeBytes)}.`,
  'model-gone': () => 'Dieses Modell oder diesen Download gibt es nicht mehr.',
  'out-of-memory': ({ model }) =>
    `Der Speicher reicht nicht für das Modell ${quote(model)}. Ein kleineres Bild oder weniger Bilder auf einmal versuchen.`,
  'memory-freed': () => 'Der Speicher wurde knapp; ungenutzte Modelle wurden entladen.',
  'not-finite': () =>
    'Das Sampling ergab ungültige Zahlen (NaN). Guidance verkleinern, mehr Schritte oder einen anderen Scheduler nehmen; bleibt es so, ist der Checkpoint beschädigt.',
  'disk-full': () => 'Die Festplatte ist voll. Platz schaffen, wo der Datenordner liegt.',
  'storage-full': ({ storage }) => `${storage} ist voll. Das Kontingent erhöhen oder Platz schaffen.`,
  'storage-unreachable': () =>
    'Der Speicher für Bilder und Ergebnisse ist nicht erreichbar. Gleich noch einmal versuchen.',
  'queue-full': ({ limit }) =>
    `In der Warteschlange sind ${number(limit)} Läufe, mehr nimmt sie nicht auf. Gleich noch einmal versuchen oder einige abbrechen.`,
  'workers-unreachable': () => 'Zurzeit ist kein Worker erreichbar. Gleich noch einmal versuchen.',
  'run-not-found': () => 'Diesen Lauf gibt es nicht mehr.',
  'run-not-queued': () => 'Der Lauf wartet nicht mehr in der Warteschlange.',
  'run-not-ended': () => 'Der Lauf ist noch nicht zu Ende und kann noch nicht wiederholt werden.',
  'workflow-not-found': ({ name }) => `Den Workflow ${quote(name)} gibt es nicht.`,
  'workflow-changed': ({ name }) => `Der Workflow ${quote(name)} wurde inzwischen anderswo geändert.`,
  'image-deleted': () => 'Dieses Bild gibt es nicht mehr.',
  'link-limit': ({ limit, perHour, waitSeconds }) =>
    `Dieser Link erlaubt ${perHour} ${limit === 'runs' ? 'Läufe' : 'Bilder'} pro Stunde. Noch einmal in ${wait(waitSeconds)}.`,
  'link-busy': ({ limit }) =>
    `Von diesem Link dürfen ${limit} Läufe zugleich warten oder laufen. Warten, bis einer fertig ist.`,
  'link-other-files': ({ names: others }) =>
    `Dieses Formular darf ${names(others)} nicht verwenden. Ein Bild hier hochladen.`,
  'link-without-workflow': () => 'Der Workflow dieses Links wurde gelöscht.',
  'too-many-links': ({ limit }) => `Es gibt schon ${limit} Links, mehr sind nicht möglich. Einige widerrufen.`,
  'not-signed-in': () =>
    'Nicht angemeldet. Die Adresse öffnen, die der Server beim Start ausgibt, oder sein Token eingeben.',
  'wrong-token': () => 'Das ist nicht das Token dieses Servers.',
  'too-many-requests': ({ limit, seconds }) =>
    `Mehr als ${limit} Anfragen in ${seconds} s. Gleich noch einmal versuchen.`,
  'server-busy': () => 'Der Server ist ausgelastet. Gleich noch einmal versuchen.',
  'took-too-long': ({ seconds }) => `Das dauerte länger als ${number(seconds)} s, die erlaubte Zeit.`,
  'server-error': () => 'Auf dem Server ist ein Fehler aufgetreten; sein Log sagt mehr.',
  'model-file': ({ file, fault }) => `${quote(file)} ${fileFaults[fault]}`,
  'model-parts-missing': ({ parts }) => `Dem Modell fehlen Teile: ${names(parts)}. Neu kopieren oder herunterladen.`,
  'made-for-other-model': ({ kind, name, model }) =>
    `${madeForOther[kind]}${name === undefined ? '' : ` ${quote(name)}`} passt nicht zu ${quote(model)}. Etwas wählen, das für dieses Modell gemacht ist.`,
  'model-cannot': ({ model, what }) => `${quote(model)} ${modelCannot[what]}`,
  'models-not-mergeable': ({ why, model }) => `${model === undefined ? '' : `${quote(model)} `}${notMergeable[why]}`,
  'download-refused': ({ why, name }) => downloadRefused[why](name),
  'deletion-refused': ({ why, name }) => `${quote(name)} ${deletionRefused[why]}`,
  hub: ({ fault, at }) => `${at}: ${hubFaults[fault]}`,
  'input-missing': ({ input }) => `Es fehlt ${missingInputs[input]}. Am Eingang verbinden.`,
  'not-connected': ({ input }) => `Es ist ${modelParts[input]} verbunden, daher gibt es hier keine Ausgabe. Verbinden.`,
  'setting-range': ({ setting, value, min, max }) =>
    `${quote(setting)}: ${number(value)} geht nicht; ${min === undefined ? `höchstens ${number(max ?? 0)}` : max === undefined ? `mindestens ${number(min)}` : `von ${number(min)} bis ${number(max)}`}.`,
  'settings-without-effect': ({ settings, choice }) =>
    `${names(settings)}: ohne Wirkung bei ${quote(choice)}. Zurücksetzen oder etwas anderes als ${quote(choice)} wählen.`,
  'settings-exclude-each-other': ({ settings }) =>
    `${names(settings)} schließen einander aus. Eines davon ausschalten.`,
  'no-steps-left': ({ steps }) =>
    `Von ${number(steps)} Schritten bleibt keiner übrig. Denoise oder die Zahl der Schritte erhöhen.`,
  'steps-not-possible': ({ scheduler, steps }) =>
    `${scheduler} kann nicht ${number(steps)} Schritte machen. Eine andere Zahl wählen, meist weniger.`,
  'weights-sum-to-zero': () => 'Die Gewichte ergeben zusammen 0. Eines ändern oder das Normalisieren ausschalten.',
  'weights-negative': () => 'Sphärisches Mischen braucht Gewichte ab 0, davon eines über 0. Sonst linear mischen.',
  'widths-differ': ({ of, widths }) =>
    of === 'prompts'
      ? `Die Prompts stammen von verschiedenen Text-Encodern (Breiten ${widths.join(', ')}). Beide mit demselben Modell kodieren.`
      : `Die Embeddings stammen von verschiedenen CLIP-Modellen (Breiten ${widths.join(', ')}). Alle mit demselben kodieren.`,
  'batches-differ': ({ expected, got }) =>
    `Die Anzahlen passen nicht zusammen: erwartet ${number(expected)}, gefunden ${number(got)}. Überall gleich viele Bilder verwenden.`,
  'sizes-differ': ({ of, width, height, otherWidth, otherHeight }) =>
    `${unlikeSizes[of][0]} hat die Größe ${width} × ${height}, ${unlikeSizes[of][1]} ${otherWidth} × ${otherHeight}. Auf eine Größe bringen.`,
  'result-too-large': ({ widthPx, heightPx, maxSidePx, maxMegapixels }) =>
    `Das Bild wäre ${widthPx} × ${heightPx} px groß; erlaubt sind ${maxSidePx} px pro Seite${maxMegapixels === undefined ? '' : ` und ${number(maxMegapixels)} Megapixel`}. Kleiner machen oder ein anderes Format wählen.`,
  'image-too-small': ({ widthPx, heightPx, minSidePx }) =>
    `Das Bild hat nur ${widthPx} × ${heightPx} px; nötig sind ${minSidePx} px pro Seite. Davor vergrößern.`,
  'crop-outside': ({ widthPx, heightPx }) =>
    `Der Ausschnitt liegt nicht im Bild von ${widthPx} × ${heightPx} px. Verschieben oder verkleinern.`,
  'end-before-start': () => 'Das Ende liegt vor dem Anfang. Das Ende erhöhen.',
  'area-empty': () => 'Der Bereich ist leer. Breite und Höhe angeben.',
  'image-not-covered': ({ step }) =>
    `Bei Schritt ${number(step)} gilt für einen Teil des Bildes kein Prompt. Einen ohne Bereich, Maske und Zeitraum dazunehmen.`,
  'prompt-limit': ({ of, limit }) =>
    `Der Prompt hat zu viel davon: ${promptLimits[of]}. Erlaubt sind ${number(limit)}.`,
  'wildcard-not-found': ({ name, known }) =>
    `Die Liste ${quote(name)} aus dem Prompt steht nicht bei den Wildcards.${known.length === 0 ? '' : ` Es gibt ${names(known)}.`}`,
  'wildcard-line': ({ line }) => `Wildcards, Zeile ${number(line)}: keine Liste. „name: eins | zwei“ schreiben.`,
  'webp-depth': () => 'WebP kann keine 16 Bit pro Kanal. Das Format png wählen, oder 8 Bit, wo das Bild entsteht.',
  'image-not-signed': ({ detail }) => `Das Bild konnte nicht signiert werden (${detail}).`,
  'plugin-failed': ({ plugin, detail }) => `Fehler im Plug-in ${plugin}: ${detail}`,
  'lora-layers-left-out': ({ lora, layer, more }) =>
    `LoRA ${quote(lora)}: Dieses Modell hat keine Schicht für ${quote(layer)}${more > 0 ? ` und ${number(more)} weitere` : ''}. Sie werden ausgelassen, wie in ComfyUI.`,
  'embedding-left-out': ({ name, model }) =>
    `Embedding ${quote(name)}: ${model === undefined ? 'Es gibt keine solche Datei.' : `Es passt nicht zu ${quote(model)}.`} Im Prompt wird es ausgelassen, wie in ComfyUI.`,
  'span-empty': ({ of, at }) =>
    `Anfang und Ende sind beide ${number(at)}, daher wirkt ${of === 'controlnet' ? 'das ControlNet' : 'der IP-Adapter'} bei keinem Schritt. Das Ende erhöhen.`,
  'vae-of-other-family': ({ vae, family }) =>
    `Das VAE ${quote(vae)} ist laut seiner Datei für ${family}; bei Stable Diffusion 1 und 2 ergibt es falsche Farben. Ein anderes wählen, etwa vae-ft-mse-840000-ema-pruned.`,
  'memory-short': ({ solution }) => `Der Speicher reicht nicht; ${memorySolutions[solution]}.`,
  'device-failed': ({ detail, next }) => `Ein Gerät ist ausgefallen (${detail}). ${afterFailures[next]}`,
  'preview-decoder-missing': () =>
    'Vorschaubilder sind ungenau, da kein TAESD installiert ist. taesd_decoder.safetensors (https://github.com/madebyollin/taesd) nach models/vae_approx herunterladen.',
  'preview-decoder-failed': ({ detail }) =>
    `Vorschaubilder sind ungenau, da der TAESD nicht verwendet werden kann (${detail}).`,
  'image-changed': ({ image }) =>
    `Das Bild ${quote(image)} hat sich während des Laufs geändert. Noch einmal ausführen.`,
  'image-path': ({ image }) => `${quote(image)} ist hier kein erlaubter Bildname. Nur den Dateinamen angeben.`,
  'image-not-a-file': ({ image }) => `${quote(image)} ist keine Datei, sondern ein Ordner oder Gerät.`,
  'image-file-size': ({ sizeBytes, limitBytes }) =>
    `Die Bilddatei hat ${bytes(sizeBytes)}; erlaubt sind ${bytes(limitBytes)}. Verkleinern.`,
  'animation-size': ({ widthPx, heightPx, maxMegapixels }) =>
    `Die Einzelbilder haben zusammen ${widthPx} × ${heightPx} px; erlaubt sind ${number(maxMegapixels)} Megapixel.`,
  'too-many-files': ({ limit }) =>
    `Es müssten mehr als ${number(limit)} Dateien und Ordner durchsucht werden. Einen genaueren Ordner angeben.`,
  'no-file-sent': () => 'Es wurde keine Datei gesendet.',
  'file-not-stored': () => 'Die Datei ist nicht mehr gespeichert oder war beschädigt.',
  'comfyui-file': ({ fault }) => comfyuiFaults[fault],
  'not-found': ({ what, name = '' }) => notFound[what](name),
  'link-only-shows': () => 'Dieser Link zeigt einen Workflow und führt nichts aus.',
  'link-input-too-open': ({ input }) =>
    `Die Eingabe ${quote(input)} wählt, welche Einstellung ein Sweep ändert, und könnte damit alles ändern. Stattdessen die Werte freigeben.`,
  'workflow-too-large': ({ nodes: count, limit }) =>
    `Der Workflow hat ${nodes(count)}; dieser Server nimmt ${number(limit)}.`,
  'not-indexed': ({ models }) =>
    models.length === 0
      ? 'Dieses Bild nennt keinen Checkpoint und kann daher nicht verglichen werden.'
      : `Dieses Bild ist noch nicht indiziert: Der Worker ist beschäftigt, oder ${names(models)} fehlt hier.`,
  'search-term': ({ term, fault, known = [] }) => `${quote(term)}: ${searchFaults[fault](known)}`,
  fetch: ({ fault, address, status }) =>
    `${address} ${fetchFaults[fault]}${status === undefined ? '' : ` (${status})`}`,
};

export const messages: Messages = {
  language: {
    choose: 'Sprache',
    is: (name) => `Sprache: ${name}`,
  },

  app: {
    panelSize: 'Größe des Bereichs',
    graph: 'Graph',
    phoneBar: 'Ansichten',
    untitled: 'Workflow ohne Titel',
    offline: 'Kein Server: Bearbeiten geht, Ausführen nicht',
    canvas: 'Arbeitsfläche',
    leftPanel: 'Linke Leiste',
    rightPanel: 'Rechte Leiste',
    bottomPanel: 'Untere Leiste',
    recovered: 'Letzte Sitzung wiederhergestellt',
    workflowTitle: 'Titel des Workflows',
    cannotStart: 'Der Editor konnte nicht gestartet werden',
    tryAgain: 'Erneut versuchen',
    noAnswer: 'Der Server antwortet nicht.',
    notUnderstood: 'Das Programm unter dieser Adresse ist kein Server von unclip-studio.',
    retriedIn: (seconds) => `Neuer Versuch in ${seconds} s.`,
    closePanel: 'Leiste schließen',
  },

  edits: {
    insert: (name) => `${name} einfügen`,
    namePaths: 'Dateinamen statt Pfaden',
    publishForm: 'Formular veröffentlichen',
    connect: 'verbinden',
    disconnect: 'trennen',
    insertOnLink: 'in die Verbindung einfügen',
    addReroute: 'Umleitungspunkt hinzufügen',
    moveReroute: 'Umleitungspunkt verschieben',
    removeReroute: 'Umleitungspunkt entfernen',
    addNode: (type) => `${type} hinzufügen`,
    delete: (count) => (count === 1 ? 'löschen' : `${count} Elemente löschen`),
    modes: { bypass: 'umgehen', mute: 'stummschalten', on: 'einschalten' },
    rename: 'umbenennen',
    replaceCheckpoint: 'Checkpoint ersetzen',
    makeSubgraph: (count) => (count === 1 ? 'Subgraph erstellen' : `Subgraph aus ${count} Nodes erstellen`),
    dissolveSubgraph: 'Subgraph auflösen',
    workflowInput: 'Eingaben ändern',
    addPort: 'Anschluss hinzufügen',
    removePort: 'Anschluss entfernen',
    promoteParam: 'Parameter des Subgraphs ändern',
    renameWorkflow: 'Workflow umbenennen',
    colour: 'Farbe',
    setParam: (name) => `${name} ändern`,
    move: (count) => (count === 1 ? 'verschieben' : `${count} Elemente verschieben`),
    resize: 'Größe ändern',
    collapse: (isCollapsed) => (isCollapsed ? 'einklappen' : 'ausklappen'),
    addFrame: 'Rahmen hinzufügen',
    addNote: 'Notiz hinzufügen',
    editNote: 'Notiz bearbeiten',
    paste: 'einfügen',
    cut: 'ausschneiden',
    duplicate: 'duplizieren',
    align: 'ausrichten',
    distribute: 'verteilen',
    autoLayout: 'anordnen',
    newSeeds: 'neue Seeds',
    showParams: 'Einstellungen ein- oder ausblenden',
    showInputs: 'Eingänge ein- oder ausblenden',
    upscale: 'hochskalieren',
    keepOnly: 'ein Bild des Batches behalten',
    keepCell: 'ein Bild des Rasters behalten',
    sweep: 'Werte einer Einstellung vergleichen',
    mix: 'mischen',
    changeLater: 'ab einem Schritt ändern',
    inpaint: 'Inpainting',
  },

  changeLater: {
    action: 'Ab einem Schritt ändern',
    title: (source) => `${source}, später`,
    done: (count) =>
      count === 1
        ? 'Eine Kopie gilt ab dem Schritt „ändern bei“. Sie kann geändert werden; frühere Schritte werden nicht neu berechnet.'
        : `${count} Kopien gelten ab dem Schritt „ändern bei“. Sie können geändert werden; frühere Schritte werden nicht neu berechnet.`,
    nothing: 'Nichts zu kopieren: Was diese Node steuert, gibt es schon doppelt, oder es ist nicht verbunden.',
  },

  mixing: {
    pad: 'Mischen',
    part: (index) => `Bild ${index}`,
    share: (name, percent) => `${name} ${percent} %`,
    help: 'Den Punkt zwischen die Bilder ziehen oder mit den Pfeiltasten bewegen; mit Shift in größeren Schritten, Pos1 zur Mitte.',
    connect: 'Zwei oder mehr Bilder verbinden, um sie hier zu mischen.',
    preview: 'Grobe Vorschau der Mischung',
    noPreview: (reason) => `Keine Vorschau: ${reason}`,
    inside: 'im Subgraph gibt es keine, der Subgraph zeigt sie von außen',
    noImage: 'aus dieser Mischung entsteht noch kein Bild',
    offline: 'kein Server',
    problems: 'der Workflow hat Probleme',
  },

  painting: {
    title: 'Maske malen',
    canvas:
      'Maske. Pfeiltasten bewegen den Pinsel, Leertaste malt, Shift + Leertaste malt eine Linie vom letzten Strich.',
    noSampler: 'Hier ist kein Sampler, der Inpainting kann. Zuerst den Workflow des Bildes öffnen.',
    noImage: 'Zuerst ein Bild auswählen.',
    readOnly: 'Dieser Workflow ist schreibgeschützt. Zum Bearbeiten eine Kopie erstellen.',
    done: 'Die Maske ist verbunden.',
    tools: 'Werkzeuge',
    brush: 'Pinsel',
    eraser: 'Radierer',
    fill: 'Umschlossene Fläche füllen',
    hand: 'Ansicht verschieben',
    size: 'Pinselgröße',
    softness: 'Weichheit',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    invert: 'Maske umkehren',
    clear: 'Maske leeren',
    fillAll: 'Alles maskieren',
    feather: 'Weichzeichnen',
    featherBy: 'Radius der weichen Kante',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    fit: 'Ganzes Bild zeigen',
    shapes: 'Form mit Zahlen',
    shape: 'Form',
    rectangle: 'Rechteck',
    ellipse: 'Ellipse',
    left: 'Links',
    top: 'Oben',
    width: 'Breite',
    height: 'Höhe',
    add: 'Hinzufügen',
    subtract: 'Abziehen',
    prompt: 'Prompt',
    promptHint: 'Was der maskierte Bereich zeigen soll',
    cancel: 'Abbrechen',
    apply: 'Maske verwenden',
    applyAndRun: 'Maske verwenden und ausführen',
    nothingPainted: 'Die Maske ist leer. Den Bereich übermalen, der neu gezeichnet werden soll.',
    failed: (reason) => `Die Maske wurde nicht gespeichert: ${reason}`,
    notLoaded: 'Das Bild konnte nicht geladen werden.',
    keys: 'B Pinsel · E Radierer · G füllen · H verschieben · [ ] Größe · I umkehren · 0 ganzes Bild',
  },

  canvas: {
    notDrawable: 'Dieser Browser kann nicht auf ein Canvas zeichnen.',
    newFrameTitle: 'Gruppe',
    notePlaceholder: 'Notiz schreiben',
    editNote: 'Notiz bearbeiten',
    pointName: 'Name des Punkts',
    frameTitle: 'Titel des Rahmens',
    fit: 'Alles anzeigen',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    zoomTo100: 'Auf 100 % zoomen',
    zoomLevel: (percent) => `${percent} %`,
    panTool: 'Arbeitsfläche verschieben (H)',
    selectTool: 'Mit Rahmen auswählen (V)',
    snap: 'Am Raster ausrichten',
    minimap: 'Übersichtskarte',
    showMinimap: 'Übersichtskarte anzeigen',
    empty: 'Noch nichts hier',
    emptyHint: 'Mit Doppelklick oder Tab eine Node hinzufügen.',
  },

  search: {
    saved: 'Aus der Bibliothek: fügt seine Nodes ein',
    results: 'Vorschläge',
    label: 'Node hinzufügen',
    placeholder: 'Nodes suchen',
    nothing: 'Keine Node gefunden',
    nothingFits: (type) => `Keine Node passt zu ${type}`,
    takes: (type) => `Nodes, die ${type} annehmen`,
    outputs: (type) => `Nodes, die ${type} ausgeben`,
    between: (type) => `Nodes, die ${type} annehmen und ausgeben`,
  },

  refusal: {
    sameSide: (side) =>
      side === 'output'
        ? 'Ein Ausgang wird mit einem Eingang verbunden.'
        : 'Ein Eingang wird mit einem Ausgang verbunden.',
    sameNode: 'Eine Node kann nicht mit sich selbst verbunden werden.',
    wrongType: (expected, got) => `Dieser Eingang nimmt ${expected} an, nicht ${got}.`,
    put: (between) => `${between} dazwischensetzen.`,
    cycle: 'Die Nodes würden einen Kreis bilden.',
    unknown: 'Dieser Node-Typ ist hier nicht bekannt.',
    noFit: (type) => `Kein Eingang hier nimmt ${type} an.`,
    noFitOutput: (type) => `Kein Ausgang hier gibt ${type} aus.`,
  },

  port: {
    input: 'Eingang',
    output: 'Ausgang',
    optional: 'optional',
    connectedTo: (source) => `Verbunden mit ${source}`,
  },

  card: {
    label: (title, status) => (status === '' ? title : `${title}, ${status}`),
    title: 'Titel der Node',
    collapse: 'Einklappen',
    expand: 'Ausklappen',
    bypassed: 'Umgangen',
    muted: 'Stumm',
    resize: 'Größe ändern',
    unknownType: (type) => `Es gibt hier keinen Node-Typ „${type}“. Die Node bleibt unverändert erhalten.`,
    progress: (step, steps) => `Schritt ${step} von ${steps}`,
    result: (index, count) => `Ergebnis ${index} von ${count}`,
    noImage: 'Hier erscheinen Bilder',
    openResult: 'In voller Größe öffnen',
    menu: 'Mehr',
    moreParams: (count) => `${count} weitere Einstellungen`,
    fewerParams: 'Weniger Einstellungen',
    moreInputs: (count) => `+ ${count} weitere`,
    fewerInputs: 'Weniger Eingänge',
    changedParams: (count) => `${count} geändert`,
  },

  status: {
    idle: '',
    queued: 'wartet',
    running: 'läuft',
    finished: 'fertig',
    cached: 'im Cache',
    failed: 'fehlgeschlagen',
    stale: 'seit dem Lauf geändert',
    problem: 'hat ein Problem',
  },

  param: {
    value: (label) => `${label}, Wert`,
    seedFixed: 'Fest: jedes Mal dasselbe Bild',
    seedRandom: 'Zufällig: ein neuer Seed vor jedem Lauf',
    seedIncrement: 'Erhöhen: nach jedem Lauf um eins',
    seedModes: { fixed: 'Fest', random: 'Zufällig', increment: 'Erhöhen' },
    newSeed: 'Neuer zufälliger Seed',
    seedUnused: (input) => `Nicht verwendet: ${input} ist verbunden und entscheidet.`,
    seedRange:
      'Von 0 bis 18446744073709551615. Wie in PyTorch zählen nur die unteren 32 Bit, daher können zwei Seeds dasselbe Bild ergeben.',
    on: 'an',
    off: 'aus',
    dropImage: 'Bild ablegen, einfügen oder auswählen',
    chooseImage: 'Bild auswählen',
    uploading: 'Wird hochgeladen …',
    uploadFailed: (reason) => `Nicht hochgeladen: ${reason}`,
    notAnImage: 'Nur Bilder in PNG, JPEG und WebP sind möglich.',
    chooseModel: (label) => `${label}: mit Bildern auswählen`,
    noCheckpoints: 'Kein Checkpoint installiert',
    pathsNamed: 'Pfade wurden durch Dateinamen ersetzt. Fehlende Bilder hier ablegen.',
    unusable: (value) => `${value} (nicht verwendbar)`,
    missing: (name) => `${name} (fehlt)`,
    seedFrom: (title) => `kommt von ${title}`,
    goToSeed: 'Zur Node, deren Seed zählt',
  },

  typed: {
    notANumber: (typed) => `„${typed}“ ist keine Zahl.`,
    ambiguous: (typed, readings) =>
      `„${typed}“ kann ${readings.join(' oder ')} bedeuten. Bitte mit Punkt vor den Nachkommastellen und ohne Tausendertrennzeichen eingeben.`,
    expected: (expected, typed) => `Erwartet ${expected}, eingegeben ${typed}.`,
  },

  former: {
    missing: (name) => `„${name}“ ist nicht installiert. Er wurde mit früheren Versionen geliefert.`,
    replace: (name) => `${name} verwenden`,
    fetch: 'Oder herunterladen: in der Kopie von unclip-studio ausführen',
  },

  required: {
    missing: (name) => `${name} ist noch nicht installiert.`,
    download: (file, from, to) => `${file === undefined ? from : `${file} von ${from}`} nach ${to} herunterladen.`,
    pull: (command) => `Herunterladen: ${command}`,
  },

  unread: (label, text, advice) => `${label}: „${text}“ ${advice}`,

  menu: {
    label: 'Aktionen',
    sweep: (param) => `Werte von „${param}“ vergleichen …`,
    noSweep: 'Verglichen werden können nur Einstellungen, von denen ein Bild abhängt, und nur zwei in einer Tabelle.',
    add: 'Node hinzufügen …',
    paste: 'Einfügen',
    addNote: 'Notiz hinzufügen',
    addFrame: 'Rahmen hinzufügen',
    frameSelection: 'Auswahl einrahmen',
    selectAll: 'Alles auswählen',
    fit: 'Alles anzeigen',
    tidy: 'Anordnen',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    duplicate: 'Duplizieren',
    delete: 'Löschen',
    rename: 'Umbenennen',
    bypass: 'Umgehen',
    mute: 'Stummschalten',
    collapse: 'Ein- oder ausklappen',
    showAllSettings: 'Alle Einstellungen ein- oder ausblenden',
    resetSize: 'Ursprüngliche Größe',
    colour: 'Farbe',
    noColour: 'Keine',
    align: 'Ausrichten und verteilen',
    colours: {
      red: 'Rot',
      amber: 'Gelb',
      green: 'Grün',
      teal: 'Türkis',
      blue: 'Blau',
      violet: 'Violett',
      pink: 'Rosa',
      grey: 'Grau',
    },
    addReroute: 'Umleitungspunkt hinzufügen',
    nameReroute: 'Diesen Punkt benennen …',
    removeReroute: 'Diesen Punkt entfernen',
    disconnect: 'Trennen',
    insertNode: 'Node einfügen …',
  },

  actions: {
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    duplicate: 'Mit Eingängen duplizieren',
    delete: 'Löschen',
    selectAll: 'Alles auswählen',
    addNode: 'Node hinzufügen',
    addNote: 'Notiz hinzufügen',
    frame: 'Auswahl einrahmen',
    bypass: 'Auswahl umgehen',
    mute: 'Auswahl stummschalten',
    collapse: 'Auswahl ein- oder ausklappen',
    showAllSettings: 'Alle Einstellungen der Node ein- oder ausblenden',
    rename: 'Node umbenennen',
    alignLeft: 'Linke Kanten ausrichten',
    alignCentre: 'Horizontal zentrieren',
    alignRight: 'Rechte Kanten ausrichten',
    alignTop: 'Obere Kanten ausrichten',
    alignMiddle: 'Vertikal zentrieren',
    alignBottom: 'Untere Kanten ausrichten',
    distributeHorizontally: 'Horizontal verteilen',
    distributeVertically: 'Vertikal verteilen',
    tidy: 'Automatisch anordnen',
    fit: 'Alles anzeigen',
    fitSelection: 'Auswahl anzeigen',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    zoom100: 'Auf 100 % zoomen',
    panTool: 'Werkzeug: Arbeitsfläche verschieben',
    selectTool: 'Werkzeug: mit Rahmen auswählen',
    snap: 'Am Raster ausrichten',
    minimap: 'Übersichtskarte ein oder aus',
    theme: 'Hell oder dunkel',
    wheelPans: 'Mausrad: zoomen oder verschieben',
    settings: 'Einstellungen',
    help: 'Tasten und Gesten',
    commands: 'Alle Befehle',
    moveLeft: 'Nach links',
    moveRight: 'Nach rechts',
    moveUp: 'Nach oben',
    moveDown: 'Nach unten',
    nextProblem: 'Zum nächsten Problem',
    findNode: 'Node in diesem Workflow finden',
    guides: 'Hilfslinien ein oder aus',
    pasteConnected: 'Mit Verbindungen einfügen',
    cancel: 'Abbrechen oder nichts auswählen',
  },

  keys: {
    Mod: 'Strg',
    Shift: 'Shift',
    Delete: 'Entf',
    Escape: 'Esc',
    Enter: 'Enter',
  },

  groups: {
    edit: 'Bearbeiten',
    nodes: 'Nodes',
    arrange: 'Anordnen',
    view: 'Ansicht',
    app: 'Anwendung',
    run: 'Ausführen',
    files: 'Dateien',
  },

  help: {
    title: 'Tasten und Gesten',
    gestures: 'Maus und Touch',
    rows: [
      ['Hintergrund ziehen', 'Arbeitsfläche verschieben'],
      ['Mausrad oder zwei Finger', 'Am Zeiger zoomen'],
      ['Shift + ziehen', 'Mit Rahmen auswählen'],
      ['Shift + Klick', 'Zur Auswahl hinzufügen oder daraus entfernen'],
      ['Doppelklick auf den Hintergrund', 'Node hinzufügen'],
      ['Von einem Anschluss ziehen', 'Verbinden; auf dem Hintergrund abgelegt: passende Node hinzufügen'],
      ['Verbindung ziehen', 'Über einen Punkt leiten; Doppelklick auf den Punkt entfernt ihn'],
      ['Node auf einer Verbindung ablegen', 'Dort einfügen'],
      ['Rechtsklick', 'Menü für das Element unter dem Zeiger'],
      ['Leertaste + ziehen, mittlere Maustaste', 'Arbeitsfläche von überall verschieben'],
      ['Alt + Node ziehen', 'Kopie mit ihren Eingängen ziehen'],
    ],
  },

  find: {
    label: 'Node finden',
    placeholder: 'Titel, Typ oder Text einer Node',
    nothing: 'In diesem Workflow gibt es keine solche Node',
  },

  tabs: {
    label: 'Geöffnete Workflows',
    open: 'Neuer Tab',
    next: 'Nächster Tab',
    previous: 'Vorheriger Tab',
    close: (title) => `${title} schließen`,
  },

  settings: {
    title: 'Einstellungen',
    sections: { general: 'Allgemein', canvas: 'Arbeitsfläche', runs: 'Läufe', keys: 'Tasten' },
    languageHelp: 'Die Seite wird neu geladen; die Arbeit bleibt erhalten.',
    theme: 'Darstellung',
    themes: { system: 'Wie im System', light: 'Hell', dark: 'Dunkel' },
    decimals: 'Nachkommastellen in Feldern',
    allDecimals: 'Alle',
    decimalsHelp: 'Nur die Anzeige wird gekürzt; die Werte behalten alle Stellen.',
    arrowSteps: 'Pfeiltasten ändern eine Zahl um',
    steps: (count) => (count === 1 ? '1 Schritt' : `${count} Schritte`),
    arrowStepsHelp: 'Mit Shift zehnmal so viel.',
    guides: 'Hilfslinien beim Ziehen',
    snap: 'Am Raster ausrichten',
    snapHelp: 'Statt der Hilfslinien.',
    minimap: 'Übersichtskarte',
    wheelPans: 'Das Mausrad bewegt die Arbeitsfläche',
    wheelPansHelp: 'Strg + Mausrad zoomt dann.',
    previews: 'Vorschau, während ein Bild entsteht',
    previewsHelp: 'Wie sie gezeichnet wird, legt der Start des Servers fest: unclip serve --previews.',
    previewRate: 'Eine neue Vorschau',
    atMostEvery: (seconds) =>
      seconds === 0 ? 'sooft der Server eine sendet' : `höchstens alle ${seconds.toLocaleString('de')} s`,
    previewRateHelp: 'Für jede Node.',
    notify: 'Benachrichtigungen am Ende langer Läufe',
    notifies: { never: 'Aus', hidden: 'Wenn diese Seite nicht im Vordergrund ist', always: 'Immer' },
    notifyHelp: 'Bei Läufen über 10 s. Der Browser fragt einmal, ob diese Seite benachrichtigen darf.',
    sound: 'Ton am Ende langer Läufe',
    memoryHelp:
      'Modelle bleiben zwischen Läufen geladen. Entladen gibt ihren Speicher für andere Programme frei; der nächste Lauf lädt sie neu. Die Grenze legt der Start des Servers fest: unclip serve --memory.',
    freeMemory: 'Modelle jetzt entladen',
    memoryFreed: 'Modelle, die kein Lauf nutzt, sind entladen.',
    findKey: 'Befehl oder Taste',
    exportKeys: 'Exportieren',
    importKeys: 'Importieren …',
    resetKeys: 'Alle zurücksetzen',
    notKeys: (file) => `${file} enthält keine Tastenbelegung. Eine Datei wählen, die hier exportiert wurde.`,
    pressKey: 'Taste drücken …',
    noKey: 'Keine Taste',
    clearKey: (command) => `Keine Taste für ${command}`,
    resetKey: (command) => `Übliche Taste für ${command}`,
    conflict: (commands) => `Auch: ${commands.join(', ')}. Nur einer der Befehle bekommt die Taste.`,
  },

  palette: {
    placeholder: 'Befehl suchen',
    nothing: 'Kein solcher Befehl',
  },

  messages: {
    undid: (label) => `Rückgängig: ${label}`,
    redid: (label) => `Wiederholt: ${label}`,
    connected: (from, to) => `${from} mit ${to} verbunden`,
    nothingToPaste: 'Die Zwischenablage enthält keinen Workflow.',
    notCopied: 'Der Browser lässt diese Seite nicht in die Zwischenablage schreiben. Strg+C oder Strg+X verwenden.',
    clipboardBlocked: 'Der Browser lässt diese Seite die Zwischenablage nicht lesen. Strg+V verwenden.',
    copied: (count) => `${plural(count, 'Element', 'Elemente')} kopiert`,
    notSaved: 'Die Änderungen konnten in diesem Browser nicht gespeichert werden.',
    nodesChanged: 'Plug-in-Nodes aktualisiert',
    selected: (count) => `${number(count)} ausgewählt`,
    nodes,
    problems: (count) => plural(count, 'Problem', 'Probleme'),
  },

  viewer: { next: 'Weiter', previous: 'Zurück', compare: 'Mit dem nächsten vergleichen' },

  time: { justNow: 'gerade eben' },

  run: {
    menu: 'Weitere Optionen zum Ausführen',
    times: (count) => `${count}-mal ausführen, je mit den nächsten Seeds`,
    repeat: 'Mit neuen Seeds ausführen, bis gestoppt wird',
    repeating: 'Ein Lauf folgt auf den anderen, bis „Stopp“ gedrückt wird',
    startedOne: 'Einmal gestartet: Ohne Seed ergäbe jeder Lauf dieselben Bilder',
    run: 'Ausführen',
    runTip: 'Workflow ausführen',
    runTo: 'Bis zur ausgewählten Node ausführen',
    stop: 'Stopp',
    stopTip: 'Abbrechen, was diese Seite gestartet hat',
    count: 'Anzahl der Läufe',
    countTip: 'Anzahl der Läufe\nJeder Lauf nimmt die nächsten Seeds.',
    live: 'Live',
    liveTip: 'Nach jeder Änderung neu ausführen',
    liveOn: 'Live-Modus ein: Jede Änderung wird sofort ausgeführt',
    liveOff: 'Live-Modus aus',
    started: (count) => (count === 1 ? 'Lauf gestartet' : `${number(count)} Läufe in der Warteschlange`),
    ended: (state: RunState, count) => {
      if (state === 'succeeded') return count === 0 ? 'Lauf fertig' : `Lauf fertig: ${images(count)}`;
      return state === 'cancelled' ? 'Lauf abgebrochen' : 'Lauf fehlgeschlagen';
    },
    fieldRefused: (problem) => `Vor dem Ausführen dieses Feld korrigieren. ${problem}`,
    nothingToRun:
      'Es gibt noch nichts auszuführen. Mit Doppelklick auf die Arbeitsfläche eine Node hinzufügen oder eine Vorlage öffnen.',
    refused: (count, first) => (count === 1 ? first : `${count} Probleme verhindern den Lauf. ${first}`),
    unreachable: 'Der Server hat nicht geantwortet, daher wurde nichts gestartet. Gleich noch einmal versuchen.',
    workerRestarted: 'Der Worker ist abgestürzt und wurde neu gestartet; der Lauf geht weiter.',
    interrupted: (exit, node) =>
      `Der Lauf wurde bei jedem Versuch unterbrochen, zuletzt${node === undefined ? '' : ` bei Node „${node}“`}: ${exit}. Den Workflow ändern oder ihn neu starten.`,
    retry: 'Erneut versuchen',
    show: 'Node anzeigen',
    dismiss: 'Meldung schließen',
    progress: 'Fortschritt des Laufs',
    timeLeft: (time) => `noch ${time}`,
    working: 'Läuft …',
    percent: (percent) => `${percent} %`,
    missed: { succeeded: '✓', failed: 'Fehlgeschlagen:' },
    waiting: (index) => (index === 0 ? 'Als Nächstes an der Reihe' : `Position ${index + 1} in der Warteschlange`),
    newSeeds: 'Neuer Seed und ausführen',
    moreLikeLast: 'Letztes Ergebnis variieren: als Eingabe verwenden und ausführen',
    nothingToVary: 'Es gibt noch kein Ergebnis, das variiert werden kann.',
    repeats: 'Seit dem letzten Lauf hat sich nichts geändert; er würde dieselben Bilder noch einmal speichern.',
    runAgain: 'Trotzdem ausführen',
  },

  forecast: {
    copies: (running, count) => `${running} von ${count}`,
    nothing: 'Aktuell',
    summary: (count, time) => `${nodes(count)}${time === undefined ? '' : ` · ${time}`}`,
    title: 'Was ein Lauf jetzt tun würde',
    cached: 'im Cache',
    unknown: 'Zeit unbekannt',
    total: 'Gesamt',
    memory: 'Maximaler Speicher der Modelle',
    about: (size) => `etwa ${size}`,
    cacheUnknown: 'Der Server ist zu ausgelastet, um zu sagen, was im Cache ist.',
    tip: 'Was ausgeführt würde und wie lange',
  },

  queue: {
    title: 'Warteschlange',
    running: 'Läuft',
    waiting: 'Wartet',
    ended: 'Fertig',
    empty: 'Die Warteschlange ist leer.',
    cancel: (title) => `${title} abbrechen`,
    cancelAll: 'Alle abbrechen',
    front: (title) => `${title} als Nächstes ausführen`,
    retry: (title) => `${title} erneut ausführen`,
    pause: 'Warteschlange anhalten',
    resume: 'Fortsetzen',
    paused: 'Die Warteschlange ist angehalten',
    place: (index) => `${index}.`,
    attempt: (attempt) => `${attempt}. Versuch`,
    states: {
      queued: 'wartet',
      running: 'läuft',
      succeeded: 'fertig',
      failed: 'fehlgeschlagen',
      cancelled: 'abgebrochen',
    },
    images,
    cannotWork: (reason) => `Der Server kann gerade nichts ausführen: ${reason}`,
    own: 'von hier',
    since: (time) => `seit ${time}`,
    view: (title) => `Bilder von ${title} ansehen`,
    openWorkflow: (title) => `Workflow von ${title} in neuem Tab öffnen`,
    showFailed: 'Fehlgeschlagene Node anzeigen',
    notify: 'Am Ende langer Läufe benachrichtigen',
    sound: 'Am Ende langer Läufe einen Ton abspielen',
    notAllowed:
      'Der Browser erlaubt dieser Seite keine Benachrichtigungen. Im Browser für diese Website erlauben (Symbol neben der Adresse), dann noch einmal wählen.',
    notSecure:
      'Browser erlauben Benachrichtigungen nur auf Seiten mit https. Diese Seite über eine Adresse öffnen, die mit https:// oder http://localhost beginnt.',
  },

  workers: {
    title: 'Worker',
    asking: 'Server wird gefragt …',
    none: 'Kein Worker ist verbunden.',
    summary: (count, busy) => `${plural(count, 'Worker', 'Worker')}, ${busy} mit einem Lauf`,
    phases: {
      starting: 'startet',
      idle: 'frei',
      busy: 'arbeitet',
      stopping: 'beendet seinen Lauf',
      restarting: 'startet neu',
      closed: 'wird beendet',
    },
    id: 'Worker',
    own: 'der des Servers',
    device: 'Gerät',
    deviceUnknown: 'noch nicht bekannt',
    memory: 'Speicher',
    free: (size) => `${size} frei`,
    checkpoints: 'Checkpoints',
    noCheckpoints: 'keine',
    since: 'Seit',
    between: 'Zwischen zwei Nodes',
    at: (node, step, steps) => (step === undefined ? node : `${node} · Schritt ${step} von ${steps}`),
    progress: (title) => `Fortschritt der Node in ${title}`,
    lastExit: (when, detail) => `Unerwartet beendet ${when}: ${detail}`,
    exits: {
      crashed: 'abgestürzt',
      'out-of-memory': 'der Speicher reichte nicht',
      timeout: 'keine Reaktion mehr',
      exited: 'beendet',
      lost: 'die Verbindung ist abgebrochen',
      'device-lost': 'das Gerät ist ausgefallen',
      'server-ended': 'der Server wurde beendet',
    },
  },

  devices: {
    title: 'Geräte',
    testing: 'Die Geräte werden getestet; ein langsames braucht bis zu einer Minute …',
    auto: (what) => `--device auto nimmt: ${what}.`,
    test: 'Neu testen',
    usable: 'verwendbar',
    unusable: 'nicht verwendbar',
    ms: (ms) => `${tenths(ms)} ms im Selbsttest`,
    off: (error) => `höchstens ${error.toPrecision(2)} des größten Werts daneben`,
    steps: 'Was zu tun ist',
    beforeEachStart: '# vor jedem Start',
    stepTexts: {
      'nvidia-driver': ({ oldest }) =>
        `Der NVIDIA-Treiber muss ${oldest} oder neuer sein: nvidia-smi nennt den installierten.`,
      'install-cuda': () => 'unclip devices --install cuda erledigt nach einer Rückfrage die folgenden Schritte.',
      'install-openvino': () => 'Für bfloat16: unclip devices --install openvino',
      'container-all-gpus': () => 'In einem Container: mit --gpus all starten.',
      'nvidia-smi': () => 'nvidia-smi zeigt die GPUs. CUDA_VISIBLE_DEVICES kann sie verbergen.',
      'newest-driver': () => 'Den neuesten Treiber vom Hersteller der GPU installieren.',
      'driver-file': ({ file }) =>
        `VK_DRIVER_FILES oder VK_ICD_FILENAMES nennt ${file}, aber diese Datei gibt es nicht. Die Variable löschen oder berichtigen.`,
      'vulkan-loader': ({ command }) => `Der Vulkan-Loader fehlt: ${command}`,
      'vulkan-driver': ({ command }) =>
        `Es gibt keinen Vulkan-Treiber. AMD und Intel: ${command}. NVIDIA: Er ist Teil des NVIDIA-Treibers.`,
      vulkaninfo: () => 'vulkaninfo --summary (aus dem Paket vulkan-tools) zeigt, was Vulkan findet.',
      'container-gpu': () =>
        'In einem Container: die GPU weitergeben, mit --device /dev/dri oder mit --gpus all und NVIDIA_DRIVER_CAPABILITIES=all.',
    },
    notInBfloat16: (why) => `Nicht in bfloat16: ${why}.`,
    reasons: {
      'of-other-system': ({ system }) => `Teil von ${system}`,
      'bfloat16-on-linux-x64': () => 'nur unter Linux mit x64',
      'no-bfloat16-instructions': () => 'der Prozessor hat keine Befehle dafür (weder AVX-512 BF16 noch AMX)',
      'openvino-missing': () => 'OpenVINO ist nicht installiert',
      'cuda-on-linux-x64': () => 'ONNX Runtime hat CUDA nur unter Linux mit x64',
      'cuda-part-missing': () => 'der CUDA-Teil von ONNX Runtime ist nicht installiert',
      'library-missing': ({ file }) => `${file} wurde nicht gefunden; ONNX Runtime braucht die Datei für CUDA`,
      'nvidia-driver': () => 'der NVIDIA-Treiber fehlt oder ist älter als CUDA 13',
      'no-nvidia-gpu': () => 'keine NVIDIA-GPU ist sichtbar',
      'no-webgpu': ({ platform, arch }) => `ONNX Runtime hat kein WebGPU unter ${platform} mit ${arch}`,
      'no-gpu': () => 'keine GPU gefunden',
    },
  },

  connection: {
    lost: (seconds) =>
      `Die Verbindung zum Server ist unterbrochen. Neuer Versuch${seconds > 0 ? ` in ${seconds} s` : ''} …`,
    connecting: 'Verbindung zum Server wird aufgebaut …',
    notConnected:
      'Der Server ist nicht verbunden, daher kann nichts ausgeführt werden. Die Seite verbindet sich von selbst wieder.',
    back: 'Wieder verbunden',
    signedOut:
      'Nicht angemeldet. Die Adresse öffnen, die der Server beim Start ausgegeben hat, oder sein Token eingeben.',
    signIn: 'Der Server gibt beim Start seine Adresse mit dem Token aus: http://…/#t=…',
    token: 'Token',
    signInButton: 'Anmelden',
    retry: 'Jetzt versuchen',
    kept: 'Die Arbeit bleibt in diesem Browser gespeichert.',
  },

  part: {
    failed: 'Dieser Teil der Seite konnte nicht geladen werden. Die Arbeit ist davon nicht betroffen.',
    upgraded: 'Der Server hat eine neue Version dieser Seite, zu der dieser Teil gehört.',
    tryAgain: 'Erneut versuchen',
    reload: 'Seite neu laden',
    reloadNew: 'Neue Version laden',
    unknown: 'kein Grund angegeben',
  },

  files: {
    insert: (name) => `${name} in diesen Workflow einfügen`,
    library: 'Bibliothek',
    save: 'Speichern',
    saveTip: 'In der Bibliothek speichern',
    saveAs: 'Speichern unter …',
    open: 'Datei öffnen …',
    openUrl: 'Von einer Adresse öffnen …',
    address: 'Adresse eines Workflows, eines Bildes mit Workflow oder einer .zip-Datei',
    openIt: 'Öffnen',
    newFile: 'Neuer Workflow',
    more: 'Datei',
    downloadJson: 'Als JSON herunterladen',
    downloadZip: 'Mit Bildern herunterladen (.zip)',
    imagesMissing: (names) => `Ohne diese Bilder heruntergeladen, die fehlen: ${names}`,
    notPacked: (reason) => `Nicht heruntergeladen: ${reason}`,
    packedUnknown: (name) => `${name} ist auf eine hier unbekannte Weise gepackt.`,
    damagedInZip: (name) => `${name} ist beschädigt oder zu groß.`,
    downloadPng: 'Als PNG herunterladen',
    copyLink: 'Link kopieren, der diesen Workflow enthält',
    versions: 'Versionen …',
    remove: (name) => `${name} löschen`,
    removed: (name) => `${name} gelöscht; die Versionen bleiben erhalten`,
    savedByName: (name, files) =>
      `Gespeichert als ${name}. Pfade wurden durch Dateinamen ersetzt: ${files}. Fehlende Dateien auf ihren Karten ablegen.`,
    saved: (name) => `Gespeichert als ${name}`,
    saveFailed: (reason) => `Nicht gespeichert: ${reason}`,
    opened: (name) => `${name} geöffnet`,
    openFailed: (name, reason) => `${name} wurde nicht geöffnet: ${reason}`,
    notAWorkflow: 'enthält keinen Workflow.',
    linkCopied:
      'Der Link ist in der Zwischenablage. Wer hier angemeldet ist, kann ihn öffnen und sieht diesen Workflow schreibgeschützt.',
    linkIs: 'Der Link zu diesem Workflow',
    linkTooLong: 'Dieser Workflow ist zu groß für einen Link. Stattdessen als Datei herunterladen.',
    longLink: (characters, limit) =>
      `Der Link hat ${characters} Zeichen; die Grenze ist ${limit}. Stattdessen die Datei senden.`,
    unpacksTooLarge: (limitBytes) => `Entpackt hat er mehr als ${limitBytes} Bytes, die Grenze.`,
    notDrawn: 'Das Bild konnte nicht erstellt werden.',
    unsaved: 'seit dem Speichern geändert',
    search: 'Workflows suchen',
    mine: 'Gespeicherte Workflows',
    templates: 'Vorlagen',
    needsDownload: 'Download erforderlich',
    none: 'Noch nichts gespeichert. Strg+S speichert diesen Workflow hier.',
    noMatch: 'Kein Workflow mit diesem Namen',
    savedAt: (when) => `gespeichert ${when}`,
    dropHere: 'Einen Workflow oder ein hier oder mit ComfyUI erzeugtes Bild ablegen, um ihn zu öffnen',
    name: 'Name',
    notAName: (name) => `„${name}“ ist als Name nicht möglich. Bitte einen anderen eingeben.`,
    replace: 'Ersetzen',
    cancel: 'Abbrechen',
    close: 'Schließen',
  },

  comfyui: {
    downloadPage: 'Für ComfyUI herunterladen',
    downloadApi: 'Für ComfyUI herunterladen (API-Format)',
    leftOut: (names) => `Weggelassen, da ComfyUI solche Nodes nicht hat: ${names}`,
    notExported: (reason) => `Nicht exportiert: ${reason}`,
    title: (name) => `${name} kam aus ComfyUI`,
    whole: (count) => `Alle ${count} Nodes haben hier eine Entsprechung.`,
    partly: (found, count) =>
      `${found} von ${count} Nodes haben hier eine Entsprechung. Die anderen bleiben als Platzhalter erhalten und werden unverändert nach ComfyUI exportiert.`,
    became: 'wurde zu',
    likeness: { exact: 'gleich', alike: 'ähnlich', absorbed: 'Teil von', placeholder: 'fehlt' },
    leftAlone: 'nichts',
    done: 'Graph anzeigen',
  },

  unsaved: {
    title: 'Änderungen speichern?',
    body: (name) =>
      `„${name}“ hat Änderungen, die nicht in der Bibliothek sind. Ein anderer Workflow ersetzt ihn in diesem Tab.`,
    save: 'Speichern, dann öffnen',
    discard: 'Ohne Speichern öffnen',
    beside: 'In neuem Tab öffnen',
    closes: (name) =>
      `„${name}“ hat Änderungen, die nicht in der Bibliothek sind. Sie gehen verloren, wenn der Tab geschlossen wird.`,
    closeAnyway: 'Ohne Speichern schließen',
    saveAndClose: 'Speichern, dann schließen',
  },

  conflict: {
    title: 'Jemand anderes hat diesen Workflow inzwischen gespeichert',
    body: (name, when) =>
      `„${name}“ wurde ${when} in einem anderen Tab oder von jemand anderem gespeichert. Es geht nichts verloren: Alle Versionen bleiben erhalten.`,
    early: (name) =>
      `„${name}“ wurde gerade anderswo gespeichert. Beim Speichern wird gefragt, welche Version behalten werden soll.`,
    deleted: (name) =>
      `„${name}“ wurde in einem anderen Tab oder von jemand anderem gelöscht. Die eigene Version ist noch hier.`,
    mine: 'Meine behalten',
    mineTip: 'Speichert die eigene als neueste Version',
    theirs: 'Andere übernehmen',
    theirsTip: 'Zeigt hier die andere Version; die eigene wird vorher unter anderem Namen gespeichert',
    both: 'Beide behalten',
    bothTip: 'Speichert die eigene unter neuem Namen',
    copyName: (name) => `${name} (meine Kopie)`,
    exists: (name) =>
      `Es gibt bereits einen Workflow „${name}“. Beim Ersetzen bleibt sein jetziger Stand als Version erhalten.`,
  },

  versions: {
    title: (name) => `Versionen von ${name}`,
    current: 'neueste',
    restore: 'Wiederherstellen',
    look: 'Ansehen',
    restored: (revision) => `Version ${revision} ist jetzt die neueste`,
    revision: (revision) => `Version ${revision}`,
  },

  readOnly: {
    shared: 'Dies ist ein geteilter Workflow. Er kann ausgeführt, aber nicht geändert werden.',
    output: 'Dies ist der Workflow, mit dem ein Bild erzeugt wurde.',
    run: 'Dies ist der Workflow eines Laufs.',
    version: (revision) => `Dies ist Version ${revision}.`,
    copy: 'Kopie zum Bearbeiten erstellen',
  },

  results: {
    title: 'Ergebnisse',
    ofThis: 'Dieser Workflow',
    all: 'Alles',
    empty: 'Hier erscheinen Bilder, sobald ein Lauf sie erzeugt.',
    view: (name) => `${name} in voller Größe öffnen`,
    openAsWorkflow: 'Workflow in neuem Tab öffnen',
    download: 'Herunterladen',
    which: 'Welche Ergebnisse',
  },

  outline: {
    title: 'Gliederung',
    label: 'Nodes und Anschlüsse in der Reihenfolge der Ausführung',
    hint: 'Pfeiltasten bewegen, Enter geht zur Karte, C verbindet, Entf entfernt.',
    add: 'Node hinzufügen',
    open: 'nicht verbunden',
    optional: 'optional',
    unused: 'nicht verwendet',
    connect: (port) => `${port} verbinden`,
    connectTo: (port) => `${port} verbinden mit`,
    nothingFits: (type) => `Nichts hier kann mit ${type} verbunden werden.`,
    disconnect: (port) => `${port} trennen`,
    connectedNow: (from, to) => `${from} mit ${to} verbunden`,
    disconnected: (port) => `${port} getrennt`,
    added: (title) => `${title} hinzugefügt`,
    removed: (title) => `${title} entfernt`,
    input: 'ein',
    output: 'aus',
    empty: 'Noch keine Nodes.',
    show: 'Gliederung der Nodes',
  },

  images: {
    menu: 'Bildaktionen',
    use: 'Als Eingabe verwenden',
    vary: 'Variieren',
    more: 'Mehr davon',
    inpaint: 'Inpainting …',
    upscale: 'Hochskalieren …',
    copy: 'Kopieren',
    download: 'Herunterladen',
    downloadStripped: 'Ohne Workflow herunterladen',
    compare: 'Mit dem nächsten vergleichen',
    openInGallery: 'In der Galerie öffnen',
    openWorkflow: 'Den Workflow öffnen',
    keepSeed: 'Diesen Seed behalten',
    keepOnly: 'Nur dieses Bild behalten',
    keepLarger: 'Nur dieses Bild behalten, größer',
    keepCell: 'Ein Bild des Rasters behalten …',
    ofBatch: (index) => `Bild ${number(index)} des Batches`,
    ofCell: (values, index) =>
      index === undefined ? `das Bild mit ${values}` : `Bild ${number(index)} von denen mit ${values}`,
    keptOnly: (image) => `Der Workflow erzeugt jetzt nur ${image}. „Rückgängig“ bringt die anderen zurück.`,
    keptLarger: (image) => `Der Workflow erzeugt jetzt nur ${image}, und noch einmal in doppelter Größe.`,
    notLarger: 'Der Sampler dieses Bildes ist in einem Subgraph. Für einen zweiten Durchgang den Subgraph auflösen.',
    notOfBatch: 'Es wurde kein Sampler gefunden, der dieses Bild als eines von mehreren erzeugt hat.',
    copied: 'Bild kopiert',
    seedsKept: (count) => (count === 1 ? 'Der Seed ist gesetzt und fest.' : `${count} Seeds sind gesetzt und fest.`),
    noSeeds: 'Dieser Workflow hat keine Node mit einem Seed dieses Bildes.',
    failed: (reason) => `Das hat nicht geklappt: ${reason}`,
  },

  gallery: {
    title: 'Galerie',
    open: 'Galerie: alle hier erzeugten Bilder',
    close: 'Zurück zum Graph',
    times: { today: 'Heute', yesterday: 'Gestern', week: 'Diese Woche' },
    board: 'Sammlung',
    anyBoard: 'Alle Sammlungen',
    onBoard: (board) => `In der Sammlung ${board}`,
    tileSize: 'Größe der Bilder',
    move: 'Verschieben',
    moveTo: 'Verschieben …',
    moveTitle: (count) => `${images(count)} in eine Sammlung verschieben`,
    newBoard: 'Name einer neuen Sammlung',
    noBoard: 'Keine Sammlung',
    moved: (count, board) => `${images(count)} nach ${board} verschoben`,
    takenOff: (count) => `${images(count)} aus der Sammlung genommen`,
    download: 'Herunterladen',
    downloadTip: 'Eine .zip-Datei mit allen ausgewählten Bildern',
    downloadStripped: 'Ohne Workflows herunterladen',
    packing: (index, count) => `Bild ${number(index)} von ${number(count)} wird gepackt …`,
    packed: (count) => `${images(count)} in eine Datei gepackt`,
    zipName: (count) => `${count} Bilder`,
    samePrompt: 'Gleicher Prompt',
    sameInput: 'Gleiches Eingabebild',
    search: 'Bilder suchen',
    searchHint: 'herz  -blau  steps>20  date:2026-11',
    count: images,
    anyModel: 'Alle Modelle',
    anyMonth: 'Jederzeit',
    model: 'Modell',
    month: 'Monat',
    order: 'Reihenfolge',
    newest: 'Neueste zuerst',
    oldest: 'Älteste zuerst',
    starred: 'Mit Stern',
    deleted: 'Gelöscht',
    clean: 'Aufräumen …',
    help: 'So wird gesucht',
    helpLines: [
      ['rotes herz', 'beide Wörter, in Prompt, Titel oder Modell; der Wortanfang genügt'],
      ['"rotes herz"', 'genau diese Wörter, in dieser Reihenfolge'],
      ['-blau', 'ohne dieses Wort'],
      ['prompt:… negative:… title:… model:…', 'nur dort'],
      ['steps>20 seed=42 scheduler:ddim', 'jede Einstellung jeder Node'],
      ['model="sd21-unclip-h"', 'genau dieser Checkpoint'],
      ['width>=768 date:2026-11 date<2026', 'Größe und Zeit'],
      ['date:today date:yesterday date:week date:2026-11-01..2026-11-24', 'in Ortszeit'],
      ['board:Herzen', 'Bilder in dieser Sammlung'],
      ['cfg>7 sampler:ddim neg:blurry', 'wie andere Programme Einstellungen nennen'],
      ['is:starred is:deleted', 'Bilder mit Stern oder gelöschte'],
    ],
    grid: 'Bilder. Pfeiltasten bewegen, Enter öffnet, Leertaste wählt aus, S setzt einen Stern, M verschiebt, Entf löscht.',
    image: (title, prompt) => (prompt === '' ? title : `${title}: ${prompt}`),
    arrived: (count) => `${plural(count, 'neues Bild', 'neue Bilder')}: anzeigen`,
    empty: 'Noch keine Bilder. Hier erscheint, was Workflows speichern.',
    noMatch: 'Kein Bild gefunden.',
    nothingDeleted: 'In den letzten 30 Tagen wurde nichts gelöscht.',
    clearSearch: 'Alle Bilder anzeigen',
    likeThis: 'Ähnlich wie dieses',
    backToAll: 'Alle Bilder',
    noneLike: 'Es wurde noch kein anderes Bild analysiert. Das geschieht von selbst, während nichts läuft.',
    selected: (count) => `${number(count)} ausgewählt`,
    selectedFirst: (count) => `Die ersten ${number(count)} sind ausgewählt`,
    clear: 'Auswahl aufheben',
    star: 'Stern',
    unstar: 'Stern entfernen',
    compare: 'Vergleichen',
    compareTip: 'Zwei bis vier Bilder vergleichen',
    remove: 'Löschen',
    restore: 'Wiederherstellen',
    undo: 'Rückgängig',
    removed: (count) => `${images(count)} gelöscht`,
    restored: (count) => `${images(count)} wiederhergestellt`,
    failed: (reason) => `Das hat nicht geklappt: ${reason}`,
    previous: 'Vorheriges Bild',
    next: 'Nächstes Bild',
    more: 'Ähnliche Bilder suchen',
    openTab: 'Workflow in neuem Tab öffnen',
    closeImage: 'Zurück zu allen Bildern',
    settings: 'Einstellungen',
    searchFor: (text) => `Bilder mit ${text} suchen`,
    noSettings: 'Dieses Bild enthält keine Angaben dazu, wie es erzeugt wurde.',
    prompt: 'Prompt',
    made: (when) => `Erzeugt ${when}`,
    differences: 'Unterschiede',
    noDifferences: 'Sie wurden gleich erzeugt.',
    against: (a, b) => `A ist Bild ${a}, B ist Bild ${b}`,
    slider: 'Schieberegler',
    sideBySide: 'Nebeneinander',
    zoomHint: 'Mausrad zoomt, Ziehen verschiebt; alle gemeinsam.',
    cleanTitle: 'Alles ohne Stern löschen?',
    cleanBody: (count, size) =>
      `${images(count)} (${size}) ${count === 1 ? 'wird' : 'werden'} gelöscht. 30 Tage lang ist das Wiederherstellen möglich.`,
    cleanNothing: 'Jedes Bild hat einen Stern, es gibt nichts zu löschen.',
    cleanGo: (count) => `${images(count)} löschen`,
    keepAll: 'Behalten',
  },

  sharing: {
    share: 'Link teilen …',
    title: (name) => `Geteilte Links von ${name}`,
    about:
      'Ein geteilter Link funktioniert ohne Token für alle, die ihn haben, bis er abläuft oder widerrufen wird. Auf anderes gibt er keinen Zugriff.',
    none: 'Es gibt keine aktiven Links.',
    kind: 'Was er zeigt',
    kinds: {
      view: 'Den Workflow, zum Ansehen',
      form: 'Das Formular, zum Ausführen',
    },
    newest: 'immer die neueste Version',
    revision: (revision) => `Version ${revision}`,
    settable: 'Was eingestellt werden kann',
    shows: 'Welche Ergebnisse gezeigt werden',
    days: 'Gültig für (Tage)',
    runsPerHour: 'Läufe pro Stunde',
    make: 'Link erstellen',
    made: 'Der Link ist in der Zwischenablage. Er wird nur einmal angezeigt:',
    madeOnly: 'Der Link wird nur einmal angezeigt:',
    revoke: 'Widerrufen',
    revoked: 'Der Link ist nicht mehr gültig.',
    until: (when) => `gültig bis ${when}`,
    failed: (reason) => `Das hat nicht geklappt: ${reason}`,
    looking: 'Dies ist ein geteilter Workflow. Er kann hier nicht ausgeführt oder gespeichert werden.',
    onlyToLook: 'Dieser Link zeigt nur einen Workflow.',
    chooseImage: (label) => `${label}: Bild auswählen`,
    noImage: 'Ein Bild auswählen oder hier ablegen',
    anotherImage: 'Zum Ändern auf das Bild klicken oder ein anderes darauf ablegen.',
    sending: 'Wird gesendet …',
    waiting: (runs) =>
      runs === 0
        ? 'Wartet: Ihr Lauf ist als Nächstes an der Reihe …'
        : `Wartet: ${runs} ${runs === 1 ? 'Lauf ist' : 'Läufe sind'} vor Ihrem an der Reihe …`,
    othersFirst: 'Wartet, bis Läufe anderer Besucher beendet sind …',
    step: (step, steps) => `Schritt ${step} von ${steps} …`,
  },

  guide: {
    whatIsThis: 'Was ist das?',
    inputs: 'Eingänge',
    outputs: 'Ausgänge',
    examplesOf: 'Beispiele mit dieser Node',
    fitsInto: 'Passt in',
    alsoCalled: (words) => `Auch zu finden als: ${words}`,
    start: 'Was möchten Sie erzeugen?',
    choices: {
      'image-variations': { title: 'Variationen eines Bildes', body: 'Vier neue Bilder wie Ihres' },
      'text-to-image': { title: 'Text zu Bild', body: 'Ein Bild dessen, was Sie beschreiben' },
      'mix-two-images': { title: 'Zwei Bilder mischen', body: 'Ein Bild zwischen zwei anderen' },
    },
    examples: 'Oder eines davon variieren:',
    vary: (name) => `Variationen von ${name}`,
    toy: 'Auch ein eigenes Foto geht: Legen Sie es hier ab. Das mitgelieferte Modell ist klein und kennt Emoji; es zeichnet also das Emoji, dem Ihr Foto am meisten ähnelt.',
    offer: 'Neu hier? Zum Rundgang',
    tour: 'Rundgang durch die Seite',
    stepOf: (step, steps) => `${step} von ${steps}`,
    skip: 'Überspringen',
    back: 'Zurück',
    next: 'Weiter',
    done: 'Fertig',
    steps: [
      {
        title: 'Mit einem Bild beginnen',
        body: 'Legen Sie ein eigenes Bild auf dieser Karte ab, oder klicken Sie darauf, um eine Datei zu wählen. Prompts und andere Einstellungen stehen auf den übrigen Karten.',
      },
      {
        title: 'Ausführen',
        body: '„Ausführen“ erzeugt die Bilder. Sie können währenddessen weiterarbeiten; neu berechnet wird nur, was Sie geändert haben.',
      },
      {
        title: 'Ergebnisse verwenden',
        body: 'Bilder erscheinen auf den Karten. Mit der rechten Maustaste können Sie ein Bild variieren, per Inpainting ändern oder hochskalieren, oder ziehen Sie es auf eine andere Karte.',
      },
      {
        title: 'Alles wiederfinden',
        body: 'Die Galerie behält alle Bilder mit ihren Einstellungen. Gespeicherte Workflows und Beispiele sind in der Bibliothek.',
      },
    ],
  },

  structure: {
    saveSelection: 'Auswahl in der Bibliothek speichern',
    partOf: (title) => `Teil von ${title}`,
    savedSelection: (name) =>
      `In der Bibliothek als ${name} gespeichert. Von dort oder mit der Node-Suche lässt es sich in jeden Workflow einfügen.`,
    newTitle: (index) => (index === 1 ? 'Gruppe' : `Gruppe ${index}`),
    make: 'Subgraph aus der Auswahl erstellen',
    dissolve: 'Subgraph auflösen',
    enter: 'Subgraph öffnen',
    leave: 'Subgraph verlassen',
    path: 'Pfad',
    whole: 'Workflow',
    made: 'Subgraph erstellt. Seine Anschlüsse sind, was verbunden war.',
    between: (names) =>
      `Aus der Auswahl kann keine Node werden: ${names} liegt zwischen ihren Nodes. Auch das auswählen oder ein Ende weglassen.`,
    sweepsOutside: (names) =>
      `Aus der Auswahl kann keine Node werden: ${names} variiert einen Parameter einer Node außerhalb. Auch diese Node auswählen.`,
    notDissolved: 'Nur ein Subgraph, der nicht umgangen wird, kann aufgelöst werden.',
    makeInput: 'Zur Eingabe des Workflows machen',
    removeInput: 'Ist eine Eingabe des Workflows: Eingabe entfernen',
    promote: 'An der Node des Subgraphs anzeigen',
    demote: 'Wird an der Node des Subgraphs angezeigt: dort ausblenden',
    panel: 'Ein- und Ausgänge',
    inputsTitle: 'Eingaben des Workflows',
    noInputs:
      'Noch keine. Die Nadel neben einem Parameter macht ihn zur Eingabe, die ein Formular, die Kommandozeile und Programme über ihren Namen setzen können.',
    inputName: (name) => `Beschriftung von ${name}`,
    remove: (name) => `${name} entfernen`,
    earlier: (name) => `${name} nach oben`,
    openForm: 'Formular öffnen',
    shareForm: 'Formular teilen …',
    subgraphTitle: 'Titel',
    portsTitle: { inputs: 'Eingänge', outputs: 'Ausgänge', params: 'Parameter' },
    noPorts: 'Keine.',
    addPort: { inputs: 'Eingang hinzufügen …', outputs: 'Ausgang hinzufügen …' },
    fedBy: (port) => `vom Eingang ${port} des Subgraphs`,
    givenAs: (port) => `der Ausgang ${port} des Subgraphs`,
    portName: (kind, name) => `Name von ${kind} ${name}`,
    portKinds: { inputs: 'Eingang', outputs: 'Ausgang', params: 'Parameter' },
    nameTaken: (name) =>
      `Der Name „${name}“ ist vergeben oder enthält andere Zeichen als Buchstaben, Ziffern, „_“ und „-“.`,
    form: 'Formular',
    closeForm: 'Zum Graph',
    run: 'Ausführen',
    stopped: 'Gestoppt',
    running: 'Läuft …',
    newSeed: 'Anderer Seed',
    preview: 'Vorschau des Bildes, das entsteht',
    noOutputs: 'Keine Node speichert oder zeigt Bilder. „Bild speichern“ hinzufügen.',
    noResults: 'Hier erscheinen Ergebnisse.',
    nothingToSet: 'Dieser Workflow hat keine Eingaben. Parameter im Graph anheften, damit sie hier erscheinen.',
    suggested:
      'Dieser Workflow hat keine eigenen Eingaben: Hier stehen seine Bilder und Prompts. Parameter im Graph anheften, um auszuwählen.',
    results: 'Ergebnisse',
    result: (index) => `Ergebnis ${index}`,
    failed: (message) => `Fehlgeschlagen: ${message}`,
    axisNone: 'keiner',
    addImages: 'Bilder von der Festplatte hinzufügen',
    addFromLibrary: 'Ein Bild vom Server hinzufügen',
    library: 'Hinzufügen …',
    dropImages: 'Bilder hier ablegen oder je Zeile einen Namen eingeben',
    uploading: (index, count) => `${index} von ${count} wird hochgeladen …`,
  },

  models: {
    title: 'Modelle',
    pickerTitles: {
      checkpoint: 'Checkpoint auswählen',
      lora: 'LoRA auswählen',
      vae: 'VAE auswählen',
      vision: 'CLIP-Vision-Modell auswählen',
      upscaler: 'Upscaler auswählen',
      embedding: 'Embedding auswählen',
      'image-embeds': 'Bild-Embeddings auswählen',
      controlnet: 'ControlNet auswählen',
      'ip-adapter': 'IP-Adapter auswählen',
    },
    anyPickerTitle: (type) => `Modell auswählen (${type})`,
    search: 'Modelle suchen',
    searchHint: 'Name, Familie oder Triggerwort',
    allTypes: 'Alle Typen',
    type: 'Typ',
    types: modelTypes,
    loading: 'Modelle werden gelesen …',
    nothing: 'Kein Modell passt zur Suche.',
    nothingInstalled: 'Kein Modell dieses Typs ist installiert.',
    count: (count, size) => `${plural(count, 'Modell', 'Modelle')}, ${size}`,
    free: (size) => `${size} frei`,
    failed: (reason) => `Das hat nicht geklappt: ${reason}`,
    managedElsewhere: 'anderswo verwaltet',
    managed: 'hier heruntergeladen',
    broken: 'nicht verwendbar',
    damagedFile: (file) =>
      `${quote(file)} ist beschädigt oder nicht die erwartete Datei. Das Modell neu herunterladen oder kopieren.`,
    technical: 'Technische Einzelheiten',
    unfit: (family, checkpoint) => `Für ${family}; passt nicht zu ${checkpoint}.`,
    triggerWords: 'Triggerwörter',
    copyWords: 'Triggerwörter kopieren',
    copied: 'Kopiert',
    license: {
      title: 'Lizenz',
      of: (model) => `Lizenz von ${model}`,
      loading: 'Die Lizenz wird gelesen …',
      unknown: 'Von diesem Modell ist keine Lizenz bekannt. Sehen Sie auf der Seite nach, von der Sie es haben.',
      source: 'Wo sie veröffentlicht wurde',
      restrictions: 'Sie dürfen das Modell nicht verwenden (Wortlaut der Lizenz):',
      restricted: 'Diese Lizenz schränkt womöglich ein, wofür das Modell verwendet wird. Lesen Sie sie zuerst.',
      free: 'Sie schränkt nicht ein, wofür das Modell verwendet wird.',
      text: 'Die ganze Lizenz',
      accepted: (date) => `Vom Betreiber dieses Servers angenommen: ${date}`,
      mustBeAccepted: (command) =>
        `Läufe mit diesem Modell werden abgelehnt, bis der Betreiber dieses Servers die Lizenz angenommen hat: ${command}`,
    },
    details: {
      label: 'Details',
      none: 'Ein Modell auswählen, um seine Details zu sehen.',
      family: 'Für',
      fits: 'Passt zu',
      fitsAll: 'allen Checkpoints',
      fitsNone: 'keinem installierten Checkpoint',
      precision: 'Genauigkeit',
      size: 'Größe',
      path: 'Pfad',
      from: 'Von',
      unknown: 'nicht bekannt',
      check: 'Alle Gewichte prüfen',
      checking: 'Alle Gewichte werden gelesen …',
      sound: 'In Ordnung: Alle Gewichte sind vorhanden.',
      delete: 'Löschen',
      deleteHelp: 'Kann 7 Tage lang wiederhergestellt werden.',
      elsewhere: 'Anderswo verwaltet: nicht hier heruntergeladen und daher hier nicht zu löschen.',
    },
    use: (name) => `${name} in den Workflow einfügen`,
    useTip: 'In den Workflow einfügen',
    deleted: (name) => `${name} gelöscht.`,
    undo: 'Rückgängig',
    trash: 'Papierkorb',
    keptUntil: (date) => `aufbewahrt bis ${date}`,
    restore: 'Wiederherstellen',
    purge: 'Endgültig löschen',
    download: {
      title: 'Modell herunterladen',
      start: 'Herunterladen …',
      repository: 'Repository auf dem Hub',
      hint: 'BESITZER/NAME',
      lookUp: 'Nachsehen',
      lookingUp: 'Hub wird gefragt …',
      file: 'Datei',
      chooseFile: 'Datei auswählen',
      half: 'Halbe Genauigkeit (fp16)',
      files: (count, size) => `${plural(count, 'Datei', 'Dateien')}, ${size}`,
      noRoom: (free) => `Nur ${free} auf der Festplatte frei.`,
      license: (name) => `Lizenz: ${name}`,
      noLicense: 'Der Hub nennt keine Lizenz. Auf der Seite des Modells nachsehen.',
      readLicense: 'Lesen',
      accept: 'Ich habe die Lizenz gelesen und akzeptiere sie',
      gated:
        'Dieses Modell ist zugangsbeschränkt: die Bedingungen auf dem Hub akzeptieren und dem Server ein Token dieses Kontos in HF_TOKEN geben.',
      go: (size) => `${size} herunterladen`,
      close: 'Schließen',
    },
    downloads: 'Downloads',
    states: {
      waiting: 'wartet',
      running: 'lädt herunter',
      failed: 'fehlgeschlagen',
      done: 'fertig',
    },
    progress: (done, all) => `${done} von ${all}`,
    unverified: (files) => `Der Hub nennt keine Prüfsumme von ${files.join(', ')}: Nur die Größe wurde geprüft.`,
    resume: 'Erneut versuchen',
    cancel: (name) => `Download von ${name} abbrechen`,
    remove: (name) => `${name} aus der Liste entfernen`,
  },

  templates: {
    animation: [
      'Animation: zwischen Bildern überblenden',
      'Achtzehn Einzelbilder von einer Katze zu einem Kürbis, einem Pinguin und zurück, alle aus demselben Rauschen, als animiertes WebP.',
    ],
    'blend-prompts': [
      'Prompts mischen',
      'Übergang von einem Prompt zu einem anderen, mit Nullen statt eines leeren negativen Prompts.',
    ],
    controlnet: [
      'ControlNet: entlang von Canny-Kanten zeichnen',
      'Die Kanten eines Bildes bestimmen die Linien, der Prompt den Inhalt; mit Stable Diffusion 1.5.',
    ],
    depth: [
      'Tiefe zu Bild',
      'Stable Diffusion 2 Depth behält die Formen eines Tiefenbildes, in dem Nahes hell ist, und zeichnet, was der Prompt beschreibt.',
    ],
    'embedding-and-vae': [
      'Textual Inversion und ein anderes VAE',
      'Eine Textual Inversion, embedding:EasyNegative, im negativen Prompt von Stable Diffusion 1.5, dessen Bilder ein VAE aus einer eigenen Datei dekodiert.',
    ],
    erased: [
      'Inpaint: Ausradiertes neu zeichnen',
      'Was im Bild durchsichtig ist, wird anhand eines anderen Bildes neu gezeichnet; der Rest bleibt.',
    ],
    'few-steps': [
      'Sampler mit wenigen Schritten',
      'Sechs Sampler (KSampler in ComfyUI) mit vier und acht Schritten als Raster; LCM und TCD sind für Modelle, die dafür destilliert wurden.',
    ],
    form: [
      'Ein Formular',
      'Drei Einstellungen mit Namen für die Formularansicht, `--input` und die API; den Graphen muss man dafür nicht kennen.',
    ],
    'guided-by-text': [
      'Durch Text gesteuert',
      'Das Bild wird zur Hälfte durch Rauschen ersetzt und nach einem Prompt neu gezeichnet.',
    ],
    'image-strengths': [
      'Zwei Bilder mit Stärken',
      'Zwei Bilder steuern zugleich, jedes mit eigener Stärke und eigenem Rauschpegel.',
    ],
    'image-to-image': [
      'Bild zu Bild: im Stil eines anderen neu zeichnen',
      'Img2img: Ein Bild wird teilweise neu gezeichnet, gesteuert von einem anderen.',
    ],
    'image-tools': [
      'Bildwerkzeuge: Kanten, Weichzeichnen, Schärfen, Mischen',
      'Canny-Kanten für ein ControlNet und Bildfilter: Schwellenwert, Umkehren, Weichzeichnen, Schärfen, Mischen, Zuschneiden und Einsetzen. Ohne Modell.',
    ],
    'image-variations-checkpoint': [
      'Bildvariationen mit Stable Diffusion 1.4',
      'Lambdas Checkpoint für Bildvariationen wird von einem Bild statt von Text gesteuert.',
    ],
    'image-variations': [
      'Bildvariationen',
      'Variationen eines Bildes: CLIP Vision kodiert es, und das Modell zeichnet ähnliche Bilder. Dafür wurde unCLIP gemacht.',
    ],
    'inpaint-checkpoint': [
      'Inpaint mit einem Inpainting-Checkpoint',
      'Ein fürs Inpainting trainierter Checkpoint sieht die Maske und ihre Umgebung; der maskierte Bereich wird nach dem Prompt neu gezeichnet.',
    ],
    'inpaint-masks': [
      'Inpaint mit zusammengesetzter Maske',
      'Eine Maske wird von einer anderen halbiert und erweitert; der maskierte Bereich wird nach einem Prompt neu gezeichnet und wieder ins Bild eingesetzt.',
    ],
    inpaint: [
      'Inpaint: einen maskierten Teil neu zeichnen',
      'Nur was die Maske markiert, wird neu gezeichnet; der Rest bleibt, wie er ist.',
    ],
    'ip-adapter': [
      'IP-Adapter: ein Bild als Prompt',
      'Ein Bild steuert Stable Diffusion 1.5 zusätzlich zum Prompt; der Faktor bestimmt, wie stark.',
    ],
    'latent-composite': [
      'Latents zusammensetzen: Dinge in eine Szene stellen',
      'Zwei Dinge werden getrennt gezeichnet, eines wird gespiegelt, und beide werden in ein breites Latent eingesetzt, das ein zweiter Durchgang verfeinert.',
    ],
    lora: [
      'LoRA: Hyper-SD in acht Schritten',
      'Eine für wenige Schritte trainierte LoRA mit Stable Diffusion 1.5. „LoRA anwenden“ funktioniert mit jeder anderen; für mehrere LoRAs mehrere Nodes hintereinander verbinden.',
    ],
    'merge-models': [
      'Zwei Checkpoints mergen',
      'Die gewichtete Summe zweier Checkpoints von Stable Diffusion 1.5 in drei Verhältnissen; es wird keine Datei geschrieben.',
    ],
    'mix-two-images': [
      'Zwei Bilder mischen',
      'Die Embeddings zweier Bilder je zur Hälfte, in einem Raster neben den beiden.',
    ],
    outpaint: [
      'Outpaint: um ein Bild herum zeichnen',
      'Das Bild bekommt einen Rand; mit einer weichen Maske füllt der Sampler ihn aus.',
    ],
    'prompt-schedule': [
      'Prompt-Zeitplan: den Prompt unterwegs ändern',
      'Prompt-Editing wie in A1111, mit [von:zu:wann] und abwechselnden Wörtern, daneben dieselbe Änderung aus Bereichen von Zeitschritten.',
    ],
    'regional-prompts': [
      'Regionale Prompts',
      'Ein Prompt für die linke Bildhälfte, einer für den maskierten Bereich und einer für das ganze Bild: Conditioning mit Bereich und Maske.',
    ],
    relay: [
      'Zwei Sampler nacheinander',
      'Ein Bild steuert die ersten acht von zwanzig Schritten; ein anderes Bild und ein anderer Scheduler übernehmen das unfertige Latent.',
    ],
    'save-embedding': [
      'Ein Bild-Embedding in einer Datei speichern',
      'Das CLIP-Embedding eines Bildes für andere Workflows und Programme: „Embedding speichern“ einschalten und die Datei mit „Embedding laden“ lesen.',
    ],
    'second-checkpoint': [
      'Mit einem anderen Checkpoint verfeinern',
      'Ein zweiter Checkpoint nimmt das vergrößerte Latent des ersten und verfeinert es nach einem Prompt; ein gewöhnliches Stable Diffusion kann das auch.',
    ],
    seeds: ['Mehrere Seeds', 'Dieselben Einstellungen mit mehreren Seeds nebeneinander, als Batch.'],
    'several-pictures': ['Variationen mehrerer Bilder', 'Variationen jedes Bildes einer Liste.'],
    subgraph: ['Ein Subgraph, zweimal verwendet', 'Sieben Nodes zu einer gefaltet und zweimal verwendet.'],
    sweep: [
      'Rauschen und Guidance durchprobieren',
      'Ein X/Y-Raster aus Rauschpegel und Guidance Scale (CFG); was die Läufe gemeinsam haben, wird einmal berechnet.',
    ],
    'text-to-image': [
      'Text zu Bild über einen Prior',
      'Txt2img: Ein Prior erzeugt aus dem Prompt ein CLIP-Bild-Embedding, und das Modell zeichnet es.',
    ],
    'two-pass': [
      'In zwei Durchgängen hochskalieren (Hires-Fix)',
      'Klein erzeugt, das Latent vergrößert und in den letzten zwei Fünfteln der Schritte verfeinert.',
    ],
    'upscale-model': [
      'Mit einem Modell hochskalieren: Real-ESRGAN',
      'Eine Variation wird gezeichnet, von einem Upscale-Modell vierfach vergrößert und auf ein Megapixel gebracht.',
    ],
    'variation-seed': [
      'Variations-Seed und ein Seed für jedes Bild',
      'Vier Bilder, jedes mit eigenem Seed und daher einzeln wiederholbar; die Variationsstärke blendet zu einem anderen Seed über.',
    ],
    wildcards: [
      'Wildcards und zufällige Prompts',
      'Dynamische Prompts: Ein eigener Seed wählt für __thing__ und die Alternativen in Klammern; ein Sweep über vier Seeds erzeugt vier Bilder, und die Belege nennen die gewählten Wörter.',
    ],
    'x4-upscaler': [
      'Nach Prompt hochskalieren: x4-Upscaler',
      'Der x4-Upscaler von Stable Diffusion zeichnet das Bild viermal so breit und hoch neu, gesteuert von einem Prompt; der Rauschpegel bestimmt, wie viel er erfindet.',
    ],
  },

  diagnostics,
  reasons,
};

const PORTS = { input: 'Eingang', output: 'Ausgang', param: 'Parameter' } as const;

function expectation({
  rule: broken,
  expected,
}: {
  readonly rule?: ParamRule | undefined;
  readonly expected: string;
}): string {
  return broken === undefined ? expected : rule(broken);
}

function rule(broken: ParamRule): string {
  switch (broken.kind) {
    case 'number':
      return `eine Zahl von ${broken.min} bis ${broken.max}`;
    case 'integer':
      return broken.multipleOf === undefined
        ? `eine ganze Zahl von ${broken.min} bis ${broken.max}`
        : `ein Vielfaches von ${broken.multipleOf} von ${broken.min} bis ${broken.max}`;
    case 'seed':
      return `eine ganze Zahl von 0 bis ${broken.max}`;
    case 'seed-in-quotes':
      return `ein Seed über ${broken.above} in Anführungszeichen, etwa "${broken.max}", da so große Zahlen gerundet werden`;
    case 'boolean':
      return 'true oder false';
    case 'text':
      return 'ein Text';
    case 'text-length':
      return `ein Text mit höchstens ${broken.max} Zeichen`;
    case 'pattern':
      return broken.meaning;
    case 'choice':
      return `eines von ${names(broken.options)}`;
    case 'image':
      return 'der Name eines Bildes';
    case 'checkpoint':
      return broken.model === undefined
        ? 'der Name eines Checkpoints'
        : `der Name eines Modells vom Typ ${quote(broken.model)}`;
    default:
      return unreachable(broken);
  }
}

function within(subgraph: string | undefined): string {
  return subgraph === undefined ? '' : ` im Subgraph ${quote(subgraph)}`;
}

function at({ line, column }: { readonly line?: number | undefined; readonly column?: number | undefined }): string {
  return line === undefined ? '' : ` (Zeile ${line}, Spalte ${column})`;
}

function meant(similar: readonly string[]): string {
  return similar.length === 0 ? '' : ` Ist ${anyOf(similar)} gemeint?`;
}

function known(what: string, list: readonly string[], none: string): string {
  return list.length === 0 ? none : `${what}: ${names(list)}.`;
}

function sources(type: string, givenBy: readonly string[]): string {
  return givenBy.length === 0 ? `Kein Node-Typ gibt ${type} aus.` : `${oneOfNodes(givenBy)} verbinden.`;
}

function many(count: number): string {
  return counted(count, 'mehr als 10^15');
}
