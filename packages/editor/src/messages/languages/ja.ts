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

const number = (value: number) => value.toLocaleString('ja');
const tenths = (value: number) => value.toLocaleString('ja', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const images = (count: number) => `画像 ${number(count)} 枚`;

const quote = (name: string) => `「${name}」`;
const { names, anyOf, oneOfNodes, circle } = listsIn({
  quote,
  comma: '、',
  or: '、または',
  more: (count) => `ほか ${count} 件`,
  others: (count) => `、ほか ${count} 種類のノードのいずれか`,
});

const diagnostics: DiagnosticMessages = {
  at({ title, node, outer, type, subgraph, input, param }) {
    const containers = [...outer].reverse().map((id) => `${quote(id)}内の`);
    const port =
      input !== undefined ? `の入力${quote(input)}` : param !== undefined ? `のパラメーター${quote(param)}` : '';
    const name = title === undefined ? `ノード${quote(node)}（${type}）` : quote(title);
    return `${within(subgraph)}${containers.join('')}${name}${port}: `;
  },
  rule,
  words: {
    'conflicting-params': (p) => (p.because && describeReason(reasons, p.because)) ?? p.problem,
    'invalid-json': (p) =>
      `ファイルが JSON ではありません${at(p)}: ${p.reason}。その箇所を修正するか、ワークフローを再度エクスポートしてください。`,
    'too-large': (p) =>
      `ファイルは ${p.sizeBytes} バイトです。ワークフローの上限は ${p.limitBytes} バイトです。正しいファイルですか？`,
    'too-deep': (p) =>
      `ファイルの入れ子が ${p.limit} 階層を超えています${at(p)}。ワークフローは 10 階層も必要としません。正しいファイルですか？`,
    'duplicate-key': (p) =>
      `1 つのオブジェクトにキー${quote(p.key)}が 2 回あります${at(p)}。どちらかの名前を変えるか、削除してください。`,
    'wrong-format': (p) =>
      `ファイルはワークフローではありません。"format": "unclip-workflow" が必要ですが、${p.got} でした。unclip-studio で保存したファイルを開いてください。`,
    'newer-version': (p) =>
      `ワークフローのバージョンは ${p.version} です。このプログラムが読めるのはバージョン ${p.supported} までです。unclip-studio を更新してください。`,
    'wrong-shape': (p) => `${p.at}: ${p.expected} が必要ですが、${p.got} でした。ファイルを修正してください。`,
    'bad-node-id': (p) =>
      `ノード ID ${JSON.stringify(p.id)}: 1～64 文字の英数字、「_」、「-」にしてください。ノードの名前を変更してください。`,
    'unknown-type': (p) =>
      `ノードタイプ${quote(p.type)}はありません。${meant(p.similar)}${p.hint ?? 'ノードを別のものに置き換えるか、削除してください。'}`,
    'unknown-input': (p) =>
      `入力${quote(p.input)}はありません。${known('入力', p.known, 'このノードに入力はありません。')}`,
    'missing-input': (p) => `${p.expected} が必要ですが、接続されていません。${sources(p.expected, p.givenBy)}`,
    'bad-link': (p) =>
      `接続元は「ノード.出力」と書く必要がありますが、${p.got} でした。ノードとその出力を指定してください。`,
    'unknown-source': (p) =>
      `ノード${quote(p.source)}はありません。${meant(p.similar)}このワークフローのノードに接続してください。`,
    'unknown-output': (p) =>
      `ノード${quote(p.source)}に出力${quote(p.output)}はありません。${known('出力', p.known, 'このノードに出力はありません。')}`,
    'wrong-link-type': (p) =>
      `${p.expected} が必要ですが、${quote(`${p.source}.${p.output}`)}は ${p.got} です。${
        p.between.length > 0 ? `間に${oneOfNodes(p.between)} を入れてください。` : sources(p.expected, p.givenBy)
      }`,
    'unknown-param': (p) =>
      `パラメーター${quote(p.param)}はありません。${known('パラメーター', p.known, 'このノードにパラメーターはありません。')}`,
    'wrong-param': (p) => `${expectation(p)}が必要ですが、${p.got} でした。`,
    'newer-plugin': (p) =>
      `ワークフローは ${p.plugin} ${p.version} で作られました。インストール済みの ${p.installed} には、ないノードや設定があるかもしれません。更新するには: unclip plugins add ${p.plugin}@${p.version}`,
    'unread-text': (p) => `${quote(p.text)}${p.advice}`,
    'no-bypass': (p) =>
      `バイパスされていますが、出力${quote(p.output)}の代わりになる ${p.outputType} 型の入力が接続されていません。バイパスを解除するか、そのような入力を接続してください。`,
    'file-problem': (p) => (p.because && describeReason(reasons, p.because)) ?? p.problem,
    'missing-output': (p) =>
      `ノード${quote(p.source)}の${quote(p.output)}には出力がありません。${(p.because && describeReason(reasons, p.because)) ?? p.problem}`,
    'input-without-param': (p) =>
      `ワークフローの入力${quote(p.name)}: パラメーター${quote(p.place)}はありません。「ノード.パラメーター」の形で指定するか、入力を削除してください。`,
    'input-of-unlike-params': (p) =>
      `ワークフローの入力${quote(p.name)}: パラメーター${p.places.map(quote).join('と')}が受け付ける値は異なります。2 つの入力に分けてください。`,
    'no-such-input': (p) =>
      `ワークフローに入力${quote(p.name)}はありません。${meant(p.similar)}${known('入力', p.known, '入力はありません。ワークフローの「inputs」で追加できます。')}`,
    'wrong-input': (p) => `ワークフローの入力${quote(p.name)}: ${expectation(p)}が必要ですが、${p.got} でした。`,
    cycle: (p) => `${within(p.subgraph)}ノード ${circle(p.nodes)} が循環しています。接続を 1 つ削除してください。`,
    'subgraph-cycle': (p) =>
      `サブグラフ ${circle(p.subgraphs)} が互いに含み合い、終わりがありません。どちらかを取り出してください。`,
    'subgraph-port': (p) =>
      `サブグラフ${quote(p.subgraph)}、${PORTS[p.kind]}${quote(p.name)}: ${p.expected} が必要ですが、${p.got ?? `存在しない${quote(p.place)}`} でした。内部のノードに接続するか、削除してください。`,
    'too-many-nodes': (p) =>
      `サブグラフとスイープにより、このワークフローのノードは ${many(p.count)} 個になります。上限は ${p.limit} 個です。スイープの値かコピーを減らしてください。`,
    'too-many-links': (p) =>
      `サブグラフにより、このワークフローの接続は ${many(p.count)} 個になります。上限は ${p.limit} 個です。コピーを減らしてください。`,
    'too-many-characters': (p) =>
      `入れ子のサブグラフにより、ノード ID は合計 ${many(p.count)} 文字になります。上限は ${p.limit} 文字です。いくつか解除してください。`,
    'more-problems': (p) => `ほかに ${p.count} 件の問題があります。まず上の問題を修正してください。`,
    'unknown-target': (p) =>
      `実行するノード${quote(p.target)}はありません。${meant(p.similar)}このワークフローのノードを指定してください。`,
    'muted-target': (p) =>
      `ノード${quote(p.target)}はミュートされているか、ミュートされたノードを読むため、実行できません。ミュートを解除してください。`,
    'nothing-to-run': () =>
      'ワークフローに実行するノードがありません。画像を保存または表示するノードを追加するか、ターゲットを指定してください。',
  },
};

const wait = (seconds: number) => (seconds > 90 ? `${Math.ceil(seconds / 60)} 分` : `${seconds} 秒`);
const bytes = (value: number) => (value < 1e9 ? `${number(Math.ceil(value / 1e6))} MB` : `${tenths(value / 1e9)} GB`);

const modelTypes: Readonly<Record<string, string>> = {
  checkpoint: 'チェックポイント',
  lora: 'LoRA',
  vae: 'VAE',
  vision: 'CLIP Vision',
  upscaler: 'アップスケーラー',
  embedding: '埋め込み',
  'image-embeds': '画像の埋め込み',
  controlnet: 'ControlNet',
  'ip-adapter': 'IP-Adapter',
};

const fileFaults: Readonly<Record<ReasonOf<'model-file'>['fault'], string>> = {
  'lfs-pointer':
    'はファイル本体ではなく Git LFS のポインターです。フォルダーで「git lfs pull」を実行するか、ファイルをダウンロードしてください。',
  'web-page': 'は Web ページです。ファイル本体のリンク（/blob/ ではなく /resolve/）からダウンロードし直してください。',
  'server-message': 'はサーバーのエラーメッセージです。必要ならトークンを使ってダウンロードし直してください。',
  archive: 'は ZIP または pickle です。展開するか、拡張子を .ckpt か .pth にしてください。',
  gguf: 'は GGUF ファイルです。.safetensors 版を入手してください。',
  'pickles-off': 'は pickle で、pickle の読み込みは無効です。.safetensors 版を入手してください。',
  damaged: 'が壊れているか、途中で切れているか、ほかのファイルと合いません。コピーまたはダウンロードし直してください。',
  missing: 'がありません。モデルをコピーまたはダウンロードし直してください。',
  'not-readable': 'を読み取る権限がありません。サーバーを実行するユーザーに権限を与えてください。',
  'wrong-kind': 'の内容は、ここで必要なものと異なります。別のファイルを選択してください。',
  'other-model': 'は別のモデル用です。このモデル用のファイルを選択してください。',
  'not-supported': 'には対応していません。別のモデルを選択してください。',
  'config-needed': 'の重みだけでは設定がわかりません。設定ファイルを隣に置いてください。',
};

const madeForOther: Readonly<Record<ReasonOf<'made-for-other-model'>['kind'], string>> = {
  controlnet: 'ControlNet',
  'ip-adapter': 'IP-Adapter',
  embedding: '埋め込み',
  'image-embeds': '画像の埋め込み',
  'image-encoder': '画像エンコーダー',
  latent: '潜在画像',
  prior: 'Prior',
  prompt: 'プロンプト',
};

const modelCannot: Readonly<Record<ReasonOf<'model-cannot'>['what'], string>> = {
  upscale: 'は 4x アップスケーラーではありません。stabilityai/stable-diffusion-x4-upscaler を選択してください。',
  'read-text':
    'は画像のバリエーションを作るモデルで、テキストを使えません。プロンプトの代わりに画像の条件付けを接続してください。',
  'see-images':
    'には画像エンコーダーがありません。unCLIP のチェックポイントを選択するか、IP-Adapter には「CLIP Vision を読み込む」を使ってください。',
  'take-embeds': 'は埋め込みではなく画像そのものを使います。画像を接続してください。',
  inpaint: 'はここではエンコードに使えません。チェックポイントの VAE を接続してください。',
  'be-a-prior': 'は Prior ではありません。Karlo の Prior のフォルダーを選択してください。',
};

const notMergeable: Readonly<Record<ReasonOf<'models-not-mergeable'>['why'], string>> = {
  shapes: 'は 1 つ目のモデルと構造が異なります。同じ系統のモデルをマージしてください。',
  prediction: 'は 1 つ目のモデルと予測方式（epsilon または v_prediction）が異なるため、マージできません。',
  dora: 'には重みに依存する DoRA があります。マージした後に適用してください。',
  'ip-adapter': 'には IP-Adapter があります。マージしたモデルに適用してください。',
  drives: 'モデルが別々のドライブにあります。1 つのドライブに置いてください。',
  'nothing-left': 'モデルが互いに打ち消し合います。比率を変えてください。',
};

const downloadRefused: Readonly<Record<ReasonOf<'download-refused'>['why'], (name: string) => string>> = {
  limit: (count) => `ダウンロードは上限の ${count} 件に達しています。いくつか削除してください。`,
  'several-files': (files) => `ファイルを 1 つ選択してください: ${files}`,
  'not-failed': () => '再開できるのは失敗したダウンロードだけです。',
  'already-downloading': (repository) => `${repository} はすでにダウンロード中です。`,
  'name-taken': (path) => `${quote(path)}にはすでに何かがあります。`,
  'linked-folder': (folder) =>
    `${quote(folder)}はリンクです。ダウンロードと削除ができるのはモデルフォルダーの中だけです。`,
};

const deletionRefused: Readonly<Record<ReasonOf<'deletion-refused'>['why'], string>> = {
  'not-downloaded':
    'はこのプログラムがダウンロードしたものではないか、その後に変更されました。保存されている場所で削除してください。',
  'not-in-trash': 'はもうごみ箱にありません。モデルをダウンロードし直してください。',
  'name-taken': 'がすでに存在します。先に移動してください。',
};

const hubFaults: Readonly<Record<ReasonOf<'hub'>['fault'], string>> = {
  login: 'ログインが必要です。モデルのページで条件に同意し、HF_TOKEN にトークンを設定してください。',
  'not-found': '見つかりません。',
  busy: 'リクエストが多すぎます。少し待ってからもう一度お試しください。',
  refused: 'エラーが返されました。後でもう一度お試しください。取得済みの分は残ります。',
  'connection-lost': '接続が切れました。もう一度試すと続きから再開します。',
  'not-a-hub': 'モデルハブの応答ではありません。アドレスを確認してください。',
  'no-model': 'ここで使えるモデルがありません。',
  'no-such-file': '重みのファイルではありません。別のファイルを選択してください。',
  damaged: '壊れた状態で届いたため破棄しました。もう一度お試しください。',
  address: 'モデルのアドレスではありません。OWNER/NAME、またはモデルかファイルのページを指定してください。',
  'no-size': 'サーバーがファイルのサイズを返しません。別の方法でダウンロードしてください。',
};

const missingInputs: Readonly<Record<ReasonOf<'input-missing'>['input'], string>> = {
  image: '画像',
  'image-encoder': '画像エンコーダー',
  mask: 'マスク',
  latent: '開始に使う潜在画像',
  embed: '埋め込み',
  'two-embeds': '2 つ目の埋め込み',
  condition: '画像の条件付け',
  model: '1 つ目のモデル',
  'third-model': '3 つ目のモデル',
};

const modelParts: Readonly<Record<ReasonOf<'not-connected'>['input'], string>> = {
  unet: 'モデル',
  text: 'テキストエンコーダー',
  vae: 'VAE',
};

const unlikeSizes: Readonly<Record<ReasonOf<'sizes-differ'>['of'], readonly [one: string, other: string]>> = {
  frames: ['あるフレーム', '別のフレーム'],
  mask: ['マスク', '元の画像'],
  latent: ['潜在画像', '設定の幅と高さ'],
  noise: ['ノイズ', '潜在画像'],
};

const promptLimits: Readonly<Record<ReasonOf<'prompt-limit'>['of'], string>> = {
  nesting: '括弧の入れ子',
  characters: '文字数',
  choices: '選択肢の数',
  texts: '括弧から作られるテキストの数',
};

const memorySolutions: Readonly<Record<ReasonOf<'memory-short'>['solution'], string>> = {
  'decoded-in-tiles': '画像をタイルに分けてデコードします',
  'encoded-in-tiles': '画像をタイルに分けてエンコードします',
  'upscaled-in-tiles': '画像をより小さいタイルに分けて拡大します',
  'fewer-rows': '一度に計算する量を減らします（時間がかかります）',
  'fewer-queries': 'アテンションをより細かく分けて計算します（時間がかかります）',
  cpu: 'CPU で続行します（時間がかかります）',
};

const afterFailures: Readonly<Record<ReasonOf<'device-failed'>['next'], string>> = {
  cpu: 'CPU で続行します（時間がかかります）。',
  float32: 'float32 で続行します。',
  'tried-again': 'ワーカーを再起動し、もう一度試します。',
};

const comfyuiFaults: Readonly<Record<ReasonOf<'comfyui-file'>['fault'], string>> = {
  empty: 'ファイルが空です。',
  'own-workflow': 'これは unclip-studio のワークフローです。そのまま開いてください。',
  'other-json': 'ComfyUI のワークフローではありません。',
  'not-json': 'ファイルが JSON ではありません。ワークフローをエクスポートし直してください。',
  'too-large': 'ComfyUI のワークフローが大きすぎます。一部だけをインポートしてください。',
};

const notFound: Readonly<Record<ReasonOf<'not-found'>['what'], (name: string) => string>> = {
  address: (name) => `${name} には何もありません。`,
  preview: () => 'プレビュー画像がありません。',
  receipt: () => 'この画像には記録がありません。',
  revision: (name) => `バージョン${quote(name)}はありません。`,
  template: (name) => `テンプレート${quote(name)}はありません。`,
  'share-link': () => 'この共有リンクはもうありません。',
  'shared-image': () => 'このリンクではその画像を表示できません。',
  name: (name) => `${quote(name)}はありません。`,
};

const searchFaults: Readonly<Record<ReasonOf<'search-term'>['fault'], (known: readonly string[]) => string>> = {
  quote: () => '引用符が閉じられていません。',
  'no-value': () => '値がありません。空白を入れずに続けて書いてください。',
  number: () => '数値を続けて書いてください。',
  unknown: (known) =>
    `この設定では検索できません。${meant(known)}「:」を含む語を検索するときは引用符で囲んでください。`,
  choice: (known) => `${names(known)}のいずれかを指定してください。`,
  date: () => '日、月、年、today、yesterday、week、または date:2026-11-01..2026-11-24 のような範囲を指定してください。',
  range: () => '範囲の終わりが始まりより前です。入れ替えてください。',
};

const fetchFaults: Readonly<Record<ReasonOf<'fetch'>['fault'], string>> = {
  address: 'は http:// または https:// のアドレスではありません。',
  password: 'のアドレスにはユーザー名またはパスワードが含まれているため、取得しません。',
  private:
    'はこのコンピューターまたはそのネットワークにあるため、取得しません。管理者は --allow-fetch で許可できます。',
  redirects: 'のリダイレクトが多すぎます。',
  'too-large': 'から送られたデータが上限を超えました。',
  'connection-lost': 'に接続できないか、接続が切れました。もう一度お試しください。',
  status: 'がエラーを返しました。アドレスを確認してください。',
};

const reasons: ReasonMessages = {
  'image-not-chosen': () => '画像が選択されていません。カードにドロップするか、ファイルを選択してください。',
  'image-not-found': ({ image }) =>
    `画像${quote(image)}が見つかりません。アップロードし直すか、別の画像を選択してください。`,
  'image-not-stored': ({ image }) => `画像${quote(image)}はもう保存されていません。アップロードし直してください。`,
  'image-format': () => 'PNG、JPEG、WebP のいずれかが必要です。そのどれかの形式で保存してください。',
  'image-damaged': ({ format }) =>
    `${format} ファイルが途中で切れているか、壊れています。画像をコピーまたは保存し直してください。`,
  'image-animated': ({ frames }) =>
    `画像ではなく ${number(frames)} フレームのアニメーションです。1 フレームを保存してください。`,
  'image-dimensions': ({ widthPx, heightPx, maxMegapixels, maxSidePx }) =>
    `画像は ${widthPx} × ${heightPx} px です。上限は ${number(maxMegapixels)} メガピクセル、1 辺 ${maxSidePx} px です。小さくするか、サーバーの --max-megapixels を大きくしてください。`,
  'file-too-large': () => 'ファイルが大きすぎます。',
  'upload-too-large': ({ limitBytes }) =>
    `画像が大きすぎます。このリンクの上限は ${bytes(limitBytes)} です。小さくしてください。`,
  'model-not-found': ({ type, name }) =>
    `${modelTypes[type] ?? type}${quote(name)}はインストールされていません。別のモデルを選択するか、ダウンロードしてください。`,
  'licence-not-accepted': ({ models }) =>
    `${names(models)}のライセンスは用途を制限しています。先にこのサーバーの管理者が同意する必要があります。`,
  'licence-not-read': ({ repository, licence }) =>
    `${repository} のライセンスは${quote(licence)}です。先に読んで同意してください。`,
  'model-no-room': ({ neededBytes, freeBytes }) =>
    `${bytes(neededBytes)} 必要ですが、空きは ${bytes(freeBytes)} です。`,
  'model-gone': () => 'このモデルまたはダウンロードはもうありません。',
  'out-of-memory': ({ model }) =>
    `モデル${quote(model)}のためのメモリが足りません。画像を小さくするか、一度に作る枚数を減らしてください。`,
  'memory-freed': () => 'メモリが足りなくなったため、使っていないモデルを解放しました。',
  'not-finite': () =>
    'サンプリングの値が無効（NaN）になりました。ガイダンスを下げる、ステップを増やす、または別のスケジューラーを試してください。それでも続く場合はチェックポイントが壊れています。',
  'disk-full': () => 'ディスクがいっぱいです。データフォルダーのあるディスクに空きを作ってください。',
  'storage-full': ({ storage }) => `${storage} がいっぱいです。容量を増やすか、空きを作ってください。`,
  'storage-unreachable': () => '画像と結果の保存先に接続できません。少し待ってからもう一度お試しください。',
  'queue-full': ({ limit }) =>
    `キューは上限の ${number(limit)} 件に達しています。少し待つか、いくつかキャンセルしてください。`,
  'workers-unreachable': () => '接続できるワーカーがありません。少し待ってからもう一度お試しください。',
  'run-not-found': () => 'この実行はもうありません。',
  'run-not-queued': () => 'この実行はもうキューにありません。',
  'run-not-ended': () => 'この実行はまだ終わっていないため、再実行できません。',
  'workflow-not-found': ({ name }) => `ワークフロー${quote(name)}はありません。`,
  'workflow-changed': ({ name }) => `ワークフロー${quote(name)}はほかの場所で変更されました。`,
  'image-deleted': () => 'この画像はもうありません。',
  'link-limit': ({ limit, perHour, waitSeconds }) =>
    `このリンクで${limit === 'runs' ? '実行' : 'アップロード'}できるのは 1 時間に ${perHour} 回までです。${wait(waitSeconds)}後にお試しください。`,
  'link-busy': ({ limit }) =>
    `このリンクで同時に待機または実行できるのは ${limit} 件までです。1 件が終わるまでお待ちください。`,
  'link-other-files': ({ names: others }) =>
    `このフォームでは${names(others)}を使えません。ここで画像をアップロードしてください。`,
  'link-without-workflow': () => 'このリンクのワークフローは削除されました。',
  'too-many-links': ({ limit }) => `共有リンクは上限の ${limit} 件に達しています。いくつか取り消してください。`,
  'not-signed-in': () =>
    'サインインしていません。サーバーが起動時に表示したアドレスを開くか、トークンを入力してください。',
  'wrong-token': () => 'このサーバーのトークンではありません。',
  'too-many-requests': ({ limit, seconds }) =>
    `${seconds} 秒間に ${limit} 件を超えるリクエストがありました。少し待ってからもう一度お試しください。`,
  'server-busy': () => 'サーバーが混み合っています。少し待ってからもう一度お試しください。',
  'took-too-long': ({ seconds }) => `制限時間の ${number(seconds)} 秒を超えました。`,
  'server-error': () => 'サーバーでエラーが発生しました。詳しくはサーバーのログをご覧ください。',
  'model-file': ({ file, fault }) => `${quote(file)}${fileFaults[fault]}`,
  'model-parts-missing': ({ parts }) =>
    `モデルに次の部分がありません: ${names(parts)}。コピーまたはダウンロードし直してください。`,
  'made-for-other-model': ({ kind, name, model }) =>
    `${madeForOther[kind]}${name === undefined ? '' : quote(name)}は${quote(model)}と合いません。このモデル用のものを選択してください。`,
  'model-cannot': ({ model, what }) => `${quote(model)}${modelCannot[what]}`,
  'models-not-mergeable': ({ why, model }) => `${model === undefined ? '' : quote(model)}${notMergeable[why]}`,
  'download-refused': ({ why, name }) => downloadRefused[why](name),
  'deletion-refused': ({ why, name }) => `${quote(name)}${deletionRefused[why]}`,
  hub: ({ fault, at }) => `${at}: ${hubFaults[fault]}`,
  'input-missing': ({ input }) => `${missingInputs[input]}がありません。入力に接続してください。`,
  'not-connected': ({ input }) =>
    `${modelParts[input]}が接続されていないため、ここから出力できません。接続してください。`,
  'setting-range': ({ setting, value, min, max }) =>
    `${quote(setting)}に ${number(value)} は使えません。${min === undefined ? `${number(max ?? 0)} 以下` : max === undefined ? `${number(min)} 以上` : `${number(min)} から ${number(max)} まで`}にしてください。`,
  'settings-without-effect': ({ settings, choice }) =>
    `${names(settings)}は${quote(choice)}では効果がありません。元に戻すか、${quote(choice)}以外を選択してください。`,
  'settings-exclude-each-other': ({ settings }) => `${names(settings)}は同時に使えません。どれかをオフにしてください。`,
  'no-steps-left': ({ steps }) =>
    `${number(steps)} ステップのうち 1 つも残りません。ノイズ除去またはステップ数を増やしてください。`,
  'steps-not-possible': ({ scheduler, steps }) =>
    `${scheduler} では ${number(steps)} ステップにできません。別の数（多くの場合は少ない数）にしてください。`,
  'weights-sum-to-zero': () => '重みの合計が 0 です。どれかを変えるか、正規化をオフにしてください。',
  'weights-negative': () =>
    '球面補間には 0 以上の重みが必要で、1 つは 0 より大きくなければなりません。または線形を選択してください。',
  'widths-differ': ({ of, widths }) =>
    of === 'prompts'
      ? `プロンプトが別々のテキストエンコーダー（幅 ${widths.join('、')}）で作られています。同じモデルでエンコードしてください。`
      : `埋め込みが別々の CLIP モデル（幅 ${widths.join('、')}）で作られています。同じモデルでエンコードしてください。`,
  'batches-differ': ({ expected, got }) =>
    `枚数が合いません。${number(expected)} が必要ですが、${number(got)} です。枚数をそろえてください。`,
  'sizes-differ': ({ of, width, height, otherWidth, otherHeight }) =>
    `${unlikeSizes[of][0]}は ${width} × ${height}、${unlikeSizes[of][1]}は ${otherWidth} × ${otherHeight} です。サイズをそろえてください。`,
  'result-too-large': ({ widthPx, heightPx, maxSidePx, maxMegapixels }) =>
    `画像が ${widthPx} × ${heightPx} px になります。上限は 1 辺 ${maxSidePx} px${maxMegapixels === undefined ? '' : `、${number(maxMegapixels)} メガピクセル`}です。小さくするか、別の形式を選択してください。`,
  'image-too-small': ({ widthPx, heightPx, minSidePx }) =>
    `画像は ${widthPx} × ${heightPx} px です。1 辺 ${minSidePx} px 以上が必要です。先に拡大してください。`,
  'crop-outside': ({ widthPx, heightPx }) =>
    `切り抜く範囲が ${widthPx} × ${heightPx} px の画像に収まりません。移動するか小さくしてください。`,
  'end-before-start': () => '終了が開始より前です。終了を大きくしてください。',
  'area-empty': () => '範囲が空です。幅と高さを指定してください。',
  'image-not-covered': ({ step }) =>
    `ステップ ${number(step)} で、画像の一部にどのプロンプトも適用されません。範囲、マスク、期間のないプロンプトを加えてください。`,
  'prompt-limit': ({ of, limit }) => `プロンプトの${promptLimits[of]}が上限の ${number(limit)} を超えています。`,
  'wildcard-not-found': ({ name, known }) =>
    `プロンプトのリスト${quote(name)}がワイルドカードにありません。${known.length === 0 ? '' : `あるのは${names(known)}です。`}`,
  'wildcard-line': ({ line }) =>
    `ワイルドカードの ${number(line)} 行目がリストではありません。「名前: 1つ目 | 2つ目」のように書いてください。`,
  'webp-depth': () =>
    'WebP は 1 チャンネル 16 ビットに対応していません。形式を png にするか、画像を作るところで 8 ビットにしてください。',
  'image-not-signed': ({ detail }) => `画像に署名できませんでした（${detail}）。`,
  'plugin-failed': ({ plugin, detail }) => `プラグイン ${plugin} のエラー: ${detail}`,
  'lora-layers-left-out': ({ lora, layer, more }) =>
    `LoRA ${quote(lora)}: このモデルには${quote(layer)}${more > 0 ? `ほか ${number(more)} 件` : ''}に対応する層がありません。ComfyUI と同じく無視します。`,
  'embedding-left-out': ({ name, model }) =>
    `埋め込み${quote(name)}${model === undefined ? 'のファイルがありません' : `は${quote(model)}と合いません`}。ComfyUI と同じく、プロンプトから除きます。`,
  'span-empty': ({ of, at }) =>
    `開始と終了がどちらも ${number(at)} のため、${of === 'controlnet' ? 'ControlNet' : 'IP-Adapter'} はどのステップにも効きません。終了を大きくしてください。`,
  'vae-of-other-family': ({ vae, family }) =>
    `VAE${quote(vae)}は、ファイルの情報によると ${family} 用です。Stable Diffusion 1 と 2 では色がおかしくなります。vae-ft-mse-840000-ema-pruned など、別の VAE を選択してください。`,
  'memory-short': ({ solution }) => `メモリが足りないため、${memorySolutions[solution]}。`,
  'device-failed': ({ detail, next }) => `デバイスでエラーが発生しました（${detail}）。${afterFailures[next]}`,
  'preview-decoder-missing': () =>
    'TAESD がインストールされていないため、プレビューは粗くなります。taesd_decoder.safetensors（https://github.com/madebyollin/taesd）を models/vae_approx にダウンロードしてください。',
  'preview-decoder-failed': ({ detail }) => `TAESD を使えないため、プレビューは粗くなります（${detail}）。`,
  'image-changed': ({ image }) => `画像${quote(image)}が実行中に変わりました。もう一度実行してください。`,
  'image-path': ({ image }) => `${quote(image)}は画像の名前として使えません。ファイル名だけを指定してください。`,
  'image-not-a-file': ({ image }) => `${quote(image)}はファイルではなく、フォルダーまたはデバイスです。`,
  'image-file-size': ({ sizeBytes, limitBytes }) =>
    `画像ファイルは ${bytes(sizeBytes)} です。上限は ${bytes(limitBytes)} です。小さくしてください。`,
  'animation-size': ({ widthPx, heightPx, maxMegapixels }) =>
    `全フレームで ${widthPx} × ${heightPx} px です。上限は ${number(maxMegapixels)} メガピクセルです。`,
  'too-many-files': ({ limit }) =>
    `調べるファイルとフォルダーが ${number(limit)} 件を超えます。画像に近いフォルダーを指定してください。`,
  'no-file-sent': () => 'ファイルが送信されていません。',
  'file-not-stored': () => 'ファイルはもう保存されていないか、壊れていました。',
  'comfyui-file': ({ fault }) => comfyuiFaults[fault],
  'not-found': ({ what, name = '' }) => notFound[what](name),
  'link-only-shows': () => 'このリンクはワークフローを表示するだけで、実行はできません。',
  'link-input-too-open': ({ input }) =>
    `入力${quote(input)}はスイープで変える設定を選ぶため、すべてを変更できてしまいます。代わりに値を公開してください。`,
  'workflow-too-large': ({ nodes: count, limit }) =>
    `ワークフローのノードは ${number(count)} 個です。このサーバーの上限は ${number(limit)} 個です。`,
  'not-indexed': ({ models }) =>
    models.length === 0
      ? 'この画像にはチェックポイントの記録がないため、比較できません。'
      : `この画像はまだ索引に入っていません。ワーカーが使用中か、${names(models)}がここにありません。`,
  'search-term': ({ term, fault, known = [] }) => `${quote(term)}: ${searchFaults[fault](known)}`,
  fetch: ({ fault, address, status }) =>
    `${address} ${fetchFaults[fault]}${status === undefined ? '' : `（${status}）`}`,
};

export const messages: Messages = {
  language: {
    choose: '言語',
    is: (name) => `言語: ${name}`,
  },

  app: {
    panelSize: 'パネルのサイズ',
    graph: 'グラフ',
    phoneBar: '表示',
    untitled: '無題のワークフロー',
    offline: 'サーバーなし: 編集はできますが、実行できません',
    canvas: 'ワークフローのキャンバス',
    leftPanel: '左パネル',
    rightPanel: '右パネル',
    bottomPanel: '下パネル',
    recovered: '前回のセッションを復元しました',
    workflowTitle: 'ワークフローのタイトル',
    cannotStart: 'エディターを起動できませんでした',
    tryAgain: '再試行',
    noAnswer: 'サーバーが応答しません。',
    notUnderstood: 'このアドレスのプログラムは unclip-studio のサーバーではありません。',
    retriedIn: (seconds) => `${seconds} 秒後に再試行します。`,
    closePanel: 'パネルを閉じる',
  },

  edits: {
    insert: (name) => `${name} を挿入`,
    namePaths: 'パスをファイル名に変更',
    publishForm: 'フォームを公開',
    connect: '接続',
    disconnect: '切断',
    insertOnLink: 'リンクに挿入',
    addReroute: '中継点を追加',
    moveReroute: '中継点を移動',
    removeReroute: '中継点を削除',
    addNode: (type) => `${type} を追加`,
    delete: (count) => (count === 1 ? '削除' : `${count} 個を削除`),
    modes: { bypass: 'バイパス', mute: 'ミュート', on: '有効化' },
    rename: '名前を変更',
    replaceCheckpoint: 'チェックポイントを置き換え',
    makeSubgraph: (count) => (count === 1 ? 'サブグラフを作成' : `${count} 個のノードからサブグラフを作成`),
    dissolveSubgraph: 'サブグラフを解除',
    workflowInput: '入力を変更',
    addPort: 'ポートを追加',
    removePort: 'ポートを削除',
    promoteParam: 'サブグラフのパラメーターを変更',
    renameWorkflow: 'ワークフローの名前を変更',
    colour: '色',
    setParam: (name) => `${name} を変更`,
    move: (count) => (count === 1 ? '移動' : `${count} 個を移動`),
    resize: 'サイズを変更',
    collapse: (isCollapsed) => (isCollapsed ? '折りたたみ' : '展開'),
    addFrame: 'フレームを追加',
    addNote: 'メモを追加',
    editNote: 'メモを編集',
    paste: '貼り付け',
    cut: '切り取り',
    duplicate: '複製',
    align: '整列',
    distribute: '等間隔に配置',
    autoLayout: '自動整列',
    newSeeds: '新しいシード',
    showParams: '設定の表示切り替え',
    showInputs: '入力の表示切り替え',
    upscale: 'アップスケール',
    keepOnly: 'バッチの 1 枚だけを残す',
    keepCell: 'グリッドの 1 枚だけを残す',
    sweep: '設定の値を比較',
    mix: 'ミックス',
    changeLater: '途中のステップから変更',
    inpaint: 'インペイント',
  },

  changeLater: {
    action: '途中のステップから変更',
    title: (source) => `${source}（後半）`,
    done: (count) =>
      `${count} 個のコピーが「変更するステップ」から使われます。コピーを変更してください。それより前のステップは再計算されません。`,
    nothing: 'コピーするものがありません。このノードに影響する入力はすでに 2 つずつあるか、接続されていません。',
  },

  mixing: {
    pad: 'ミックス',
    part: (index) => `画像 ${index}`,
    share: (name, percent) => `${name} ${percent} %`,
    help: '点を画像の間でドラッグするか、矢印キーで動かします。Shift で大きく、Home で中央に移動します。',
    connect: '2 つ以上の画像を接続すると、ここでミックスできます。',
    preview: 'ミックスの簡易プレビュー',
    noPreview: (reason) => `プレビューなし: ${reason}`,
    inside: 'サブグラフの中には表示されません（外側に表示されます）',
    noImage: 'このミックスの画像はまだありません',
    offline: 'サーバーがありません',
    problems: 'ワークフローに問題があります',
  },

  painting: {
    title: 'マスクを描く',
    canvas: 'マスク。矢印キーでブラシを移動、スペースで描画、Shift + スペースで前の線から直線を描画。',
    noSampler: 'ここにはインペイントできるサンプラーがありません。先に画像のワークフローを開いてください。',
    noImage: '先に画像を選んでください。',
    readOnly: 'このワークフローは読み取り専用です。編集するにはコピーを作成してください。',
    done: 'マスクを接続しました。',
    tools: 'ツール',
    brush: 'ブラシ',
    eraser: '消しゴム',
    fill: '囲まれた範囲を塗りつぶす',
    hand: '表示を移動',
    size: 'ブラシサイズ',
    softness: 'やわらかさ',
    undo: '元に戻す',
    redo: 'やり直す',
    invert: 'マスクを反転',
    clear: 'マスクを消去',
    fillAll: 'すべてマスク',
    feather: 'ぼかす',
    featherBy: 'ぼかし半径',
    zoomIn: '拡大',
    zoomOut: '縮小',
    fit: '画像全体を表示',
    shapes: '数値で図形を描く',
    shape: '図形',
    rectangle: '長方形',
    ellipse: '楕円',
    left: '左',
    top: '上',
    width: '幅',
    height: '高さ',
    add: '追加',
    subtract: '除外',
    prompt: 'プロンプト',
    promptHint: 'マスクした範囲に描く内容',
    cancel: 'キャンセル',
    apply: 'マスクを使う',
    applyAndRun: 'マスクを使って実行',
    nothingPainted: 'マスクが空です。描き直す範囲を塗ってください。',
    failed: (reason) => `マスクを保存できませんでした: ${reason}`,
    notLoaded: '画像を読み込めませんでした。',
    keys: 'B ブラシ · E 消しゴム · G 塗りつぶし · H 移動 · [ ] サイズ · I 反転 · 0 画像全体',
  },

  canvas: {
    notDrawable: 'このブラウザーはキャンバスに描画できません。',
    newFrameTitle: 'グループ',
    notePlaceholder: 'メモを入力',
    editNote: 'メモを編集',
    pointName: '中継点の名前',
    frameTitle: 'フレームのタイトル',
    fit: '全体を表示',
    zoomIn: '拡大',
    zoomOut: '縮小',
    zoomTo100: '100 % で表示',
    zoomLevel: (percent) => `${percent} %`,
    panTool: 'キャンバスを移動 (H)',
    selectTool: '範囲選択 (V)',
    snap: 'グリッドに合わせる',
    minimap: 'ミニマップ',
    showMinimap: 'ミニマップを表示',
    empty: 'まだ何もありません',
    emptyHint: 'ダブルクリックまたは Tab でノードを追加します。',
  },

  search: {
    saved: 'ライブラリから: そのノードを挿入します',
    results: '候補',
    label: 'ノードを追加',
    placeholder: 'ノードを検索',
    nothing: 'ノードが見つかりません',
    nothingFits: (type) => `${type} に合うノードはありません`,
    takes: (type) => `${type} を入力とするノード`,
    outputs: (type) => `${type} を出力するノード`,
    between: (type) => `${type} を入力し出力するノード`,
  },

  refusal: {
    sameSide: (side) => (side === 'output' ? '出力は入力に接続します。' : '入力は出力に接続します。'),
    sameNode: 'ノードを自分自身に接続することはできません。',
    wrongType: (expected, got) => `この入力は ${expected} 用です。${got} は接続できません。`,
    put: (between) => `間に ${between} を入れてください。`,
    cycle: 'ノードが循環してしまいます。',
    unknown: 'このノードタイプはここにはありません。',
    noFit: (type) => `${type} を受け取る入力はここにありません。`,
    noFitOutput: (type) => `${type} の出力はここにありません。`,
  },

  port: {
    input: '入力',
    output: '出力',
    optional: '省略可',
    connectedTo: (source) => `${source} に接続中`,
  },

  card: {
    label: (title, status) => (status === '' ? title : `${title}、${status}`),
    title: 'ノードのタイトル',
    collapse: '折りたたむ',
    expand: '展開',
    bypassed: 'バイパス中',
    muted: 'ミュート中',
    resize: 'サイズを変更',
    unknownType: (type) => `ノードタイプ「${type}」はここにありません。ノードはそのまま保持されます。`,
    progress: (step, steps) => `ステップ ${step} / ${steps}`,
    result: (index, count) => `結果 ${index} / ${count}`,
    noImage: '画像はここに表示されます',
    openResult: '原寸で開く',
    menu: 'その他',
    moreParams: (count) => `他 ${count} 個の設定`,
    fewerParams: '設定を減らす',
    moreInputs: (count) => `他 ${count} 個`,
    fewerInputs: '入力を減らす',
    changedParams: (count) => `${count} 個変更済み`,
  },

  status: {
    idle: '',
    queued: '待機中',
    running: '実行中',
    finished: '完了',
    cached: 'キャッシュ',
    failed: '失敗',
    stale: '実行後に変更あり',
    problem: '問題あり',
  },

  param: {
    value: (label) => `${label}、値`,
    seedFixed: '固定: 毎回同じ画像',
    seedRandom: 'ランダム: 実行のたびに新しいシード',
    seedIncrement: '増加: 実行のたびに 1 増える',
    seedModes: { fixed: '固定', random: 'ランダム', increment: '増加' },
    newSeed: '新しいランダムシード',
    seedUnused: (input) => `使われません: 接続された ${input} が優先されます。`,
    seedRange:
      '0～18446744073709551615。PyTorch と同じく下位 32 ビットだけが使われるため、2 つのシードが同じ画像になることがあります。',
    on: 'オン',
    off: 'オフ',
    dropImage: '画像をドロップ、貼り付け、または選択',
    chooseImage: '画像を選択',
    uploading: 'アップロード中…',
    uploadFailed: (reason) => `アップロードできませんでした: ${reason}`,
    notAnImage: '使えるのは PNG、JPEG、WebP の画像だけです。',
    chooseModel: (label) => `${label}: 画像付きで選択`,
    noCheckpoints: 'チェックポイントがインストールされていません',
    pathsNamed: 'パスはファイル名に変更されました。ない画像はここにドロップしてください。',
    unusable: (value) => `${value}（使用できません）`,
    missing: (name) => `${name}（なし）`,
    seedFrom: (title) => `${title} から`,
    goToSeed: '有効なシードのノードへ移動',
  },

  typed: {
    notANumber: (typed) => `「${typed}」は数値ではありません。`,
    ambiguous: (typed, readings) =>
      `「${typed}」は ${readings.join(' とも ')} とも読めます。小数点にはピリオドを使い、桁区切りなしで入力してください。`,
    expected: (expected, typed) => `${expected}を入力してください（入力: ${typed}）。`,
  },

  former: {
    missing: (name) => `「${name}」はインストールされていません。以前のバージョンに付属していたものです。`,
    replace: (name) => `${name} を使う`,
    fetch: 'またはダウンロード: unclip-studio のクローンで次を実行',
  },

  required: {
    missing: (name) => `${name} はまだインストールされていません。`,
    download: (file, from, to) =>
      `${from}${file === undefined ? '' : ` の ${file}`} を ${to} にダウンロードしてください。`,
    pull: (command) => `ダウンロード: ${command}`,
  },

  unread: (label, text, advice) => `${label}: 「${text}」${advice}`,

  menu: {
    label: '操作',
    sweep: (param) => `「${param}」の値を比較…`,
    noSweep: '比較できるのは画像に影響する設定だけで、1 つの表に 2 つまでです。',
    add: 'ノードを追加…',
    paste: '貼り付け',
    addNote: 'メモを追加',
    addFrame: 'フレームを追加',
    frameSelection: '選択をフレームで囲む',
    selectAll: 'すべて選択',
    fit: '全体を表示',
    tidy: '自動整列',
    cut: '切り取り',
    copy: 'コピー',
    duplicate: '複製',
    delete: '削除',
    rename: '名前を変更',
    bypass: 'バイパス',
    mute: 'ミュート',
    collapse: '折りたたみ / 展開',
    showAllSettings: 'すべての設定を表示 / 非表示',
    resetSize: '元のサイズ',
    colour: '色',
    noColour: 'なし',
    align: '整列と等間隔配置',
    colours: {
      red: '赤',
      amber: '琥珀色',
      green: '緑',
      teal: '青緑',
      blue: '青',
      violet: '紫',
      pink: 'ピンク',
      grey: 'グレー',
    },
    addReroute: '中継点を追加',
    nameReroute: 'この中継点に名前を付ける…',
    removeReroute: 'この点を削除',
    disconnect: '切断',
    insertNode: 'ノードを挿入…',
  },

  actions: {
    undo: '元に戻す',
    redo: 'やり直す',
    cut: '切り取り',
    copy: 'コピー',
    paste: '貼り付け',
    duplicate: '入力ごと複製',
    delete: '削除',
    selectAll: 'すべて選択',
    addNode: 'ノードを追加',
    addNote: 'メモを追加',
    frame: '選択をフレームで囲む',
    bypass: '選択をバイパス',
    mute: '選択をミュート',
    collapse: '選択を折りたたみ / 展開',
    showAllSettings: 'ノードのすべての設定を表示 / 非表示',
    rename: 'ノードの名前を変更',
    alignLeft: '左揃え',
    alignCentre: '左右中央揃え',
    alignRight: '右揃え',
    alignTop: '上揃え',
    alignMiddle: '上下中央揃え',
    alignBottom: '下揃え',
    distributeHorizontally: '横に等間隔で配置',
    distributeVertically: '縦に等間隔で配置',
    tidy: '自動整列',
    fit: '全体を表示',
    fitSelection: '選択を表示',
    zoomIn: '拡大',
    zoomOut: '縮小',
    zoom100: '100 % で表示',
    panTool: 'ツール: キャンバスを移動',
    selectTool: 'ツール: 範囲選択',
    snap: 'グリッドに合わせる',
    minimap: 'ミニマップのオン / オフ',
    theme: 'ライト / ダーク',
    wheelPans: 'マウスホイール: ズーム / 移動',
    settings: '設定',
    help: 'キーとジェスチャー',
    commands: 'すべてのコマンド',
    moveLeft: '左へ移動',
    moveRight: '右へ移動',
    moveUp: '上へ移動',
    moveDown: '下へ移動',
    nextProblem: '次の問題へ',
    findNode: 'このワークフローのノードを検索',
    guides: '整列ガイドの表示',
    pasteConnected: '接続を保って貼り付け',
    cancel: 'キャンセル、または選択解除',
  },

  keys: {
    Mod: 'Ctrl',
    Shift: 'Shift',
    Delete: 'Del',
    Escape: 'Esc',
    Enter: 'Enter',
  },

  groups: {
    edit: '編集',
    nodes: 'ノード',
    arrange: '整列',
    view: '表示',
    app: 'アプリケーション',
    run: '実行',
    files: 'ファイル',
  },

  help: {
    title: 'キーとジェスチャー',
    gestures: 'マウスとタッチ',
    rows: [
      ['背景をドラッグ', 'キャンバスを移動'],
      ['ホイール、ピンチ', 'ポインターの位置でズーム'],
      ['Shift + ドラッグ', '範囲選択'],
      ['Shift + クリック', '選択に追加、または選択から除外'],
      ['背景をダブルクリック', 'ノードを追加'],
      ['ポートからドラッグ', '接続。背景にドロップすると合うノードを追加'],
      ['リンクをドラッグ', '中継点を通す。点をダブルクリックで削除'],
      ['ノードをリンクにドロップ', 'そこに挿入'],
      ['右クリック', 'ポインターの下のメニュー'],
      ['Space + ドラッグ、中ボタン', 'どこからでもキャンバスを移動'],
      ['Alt + ノードをドラッグ', '入力ごと複製して移動'],
    ],
  },

  find: {
    label: 'ノードを検索',
    placeholder: 'ノードのタイトル、種類、テキスト',
    nothing: 'このワークフローに該当するノードはありません',
  },

  tabs: {
    label: '開いているワークフロー',
    open: '新しいタブ',
    next: '次のタブ',
    previous: '前のタブ',
    close: (title) => `${title} を閉じる`,
  },

  settings: {
    title: '設定',
    sections: { general: '一般', canvas: 'キャンバス', runs: '実行', keys: 'キー' },
    languageHelp: 'ページを再読み込みします。作業内容は保たれます。',
    theme: 'テーマ',
    themes: { system: 'システムに合わせる', light: 'ライト', dark: 'ダーク' },
    decimals: '数値欄に表示する小数の桁数',
    allDecimals: 'すべて',
    decimalsHelp: '表示だけを短くします。設定の値は変わりません。',
    arrowSteps: '矢印キーで変わる量',
    steps: (count) => `${count} ステップ`,
    arrowStepsHelp: 'Shift を押すと 10 倍になります。',
    guides: 'ドラッグ中の整列ガイド',
    snap: 'グリッドに合わせる',
    snapHelp: '整列ガイドの代わりに使われます。',
    minimap: 'ミニマップ',
    wheelPans: 'マウスホイールでキャンバスを移動',
    wheelPansHelp: 'このとき Ctrl + ホイールで拡大・縮小します。',
    previews: '生成中のプレビュー',
    previewsHelp: '描き方はサーバーの起動時に決まります: unclip serve --previews',
    previewRate: 'プレビューの更新',
    atMostEvery: (seconds) => (seconds === 0 ? 'サーバーから届くたび' : `最短 ${seconds} 秒ごと`),
    previewRateHelp: 'ノードごとの間隔です。',
    notify: '時間のかかる実行の終了を通知',
    notifies: { never: 'オフ', hidden: 'このページが前面にないとき', always: '常に' },
    notifyHelp: '10 秒を超える実行が対象です。通知を許可するかどうか、ブラウザーが一度だけ尋ねます。',
    sound: '時間のかかる実行の終了時に音を鳴らす',
    memoryHelp:
      'モデルは実行後も読み込まれたままです。アンロードすると、そのメモリを他のプログラムが使えます。次の実行で再び読み込まれます。上限はサーバーの起動時に設定します: unclip serve --memory。',
    freeMemory: '今すぐモデルをアンロード',
    memoryFreed: 'どの実行でも使われていないモデルをアンロードしました。',
    findKey: 'コマンドまたはキー',
    exportKeys: '書き出す',
    importKeys: '読み込む…',
    resetKeys: 'すべて元に戻す',
    notKeys: (file) => `${file} にはキー設定がありません。ここで書き出したファイルを選んでください。`,
    pressKey: 'キーを押してください…',
    noKey: 'キーなし',
    clearKey: (command) => `${command} のキーをなくす`,
    resetKey: (command) => `${command} のキーを元に戻す`,
    conflict: (commands) => `${commands.join('、')} と同じキーです。どちらか一方だけが働きます。`,
  },

  palette: {
    placeholder: 'コマンドを検索',
    nothing: 'コマンドが見つかりません',
  },

  messages: {
    undid: (label) => `元に戻しました: ${label}`,
    redid: (label) => `やり直しました: ${label}`,
    connected: (from, to) => `${from} を ${to} に接続しました`,
    nothingToPaste: 'クリップボードにワークフローがありません。',
    notCopied: 'ブラウザーがクリップボードへの書き込みを許可していません。Ctrl+C または Ctrl+X を使ってください。',
    clipboardBlocked: 'ブラウザーがクリップボードの読み取りを許可していません。Ctrl+V を使ってください。',
    copied: (count) => `${number(count)} 個をコピーしました`,
    notSaved: '変更をこのブラウザーに保存できませんでした。',
    nodesChanged: 'プラグインのノードを更新しました',
    selected: (count) => `${number(count)} 個選択中`,
    nodes: (count) => `ノード ${number(count)} 個`,
    problems: (count) => `問題 ${number(count)} 件`,
  },

  viewer: { next: '次へ', previous: '前へ', compare: '次の画像と比較' },

  time: { justNow: 'たった今' },

  run: {
    menu: 'その他の実行方法',
    times: (count) => `次のシードで ${count} 回実行`,
    repeat: '停止するまで新しいシードで実行',
    repeating: '停止を押すまで実行を繰り返します',
    startedOne: '1 回だけ実行します。シードがないため、何回実行しても同じ画像になります',
    run: '実行',
    runTip: 'ワークフローを実行',
    runTo: '選択したノードまで実行',
    stop: '停止',
    stopTip: 'このページで開始した実行をキャンセル',
    count: '実行回数',
    countTip: '実行回数\n実行のたびに次のシードを使います。',
    live: 'ライブ',
    liveTip: '変更のたびに再実行',
    liveOn: 'ライブモード: オン（変更のたびにすぐ実行）',
    liveOff: 'ライブモード: オフ',
    started: (count) => (count === 1 ? '実行を開始しました' : `${number(count)} 件をキューに追加しました`),
    ended: (state: RunState, count) => {
      if (state === 'succeeded') return count === 0 ? '実行が完了しました' : `実行が完了しました: ${images(count)}`;
      return state === 'cancelled' ? '実行をキャンセルしました' : '実行に失敗しました';
    },
    fieldRefused: (problem) => `実行する前にこの欄を修正してください。${problem}`,
    nothingToRun:
      'まだ実行するものがありません。キャンバスをダブルクリックしてノードを追加するか、テンプレートを開いてください。',
    refused: (count, first) => (count === 1 ? first : `${count} 件の問題があり実行できません。${first}`),
    unreachable: 'サーバーが応答しなかったため、何も開始されていません。少し待ってからもう一度試してください。',
    workerRestarted: 'ワーカーがクラッシュしたため再起動しました。実行は続きます。',
    interrupted: (exit, node) =>
      `実行は毎回中断されました。最後の原因${node === undefined ? '' : `（ノード「${node}」）`}: ${exit}。ワークフローを変更するか、もう一度実行してください。`,
    retry: '再試行',
    show: 'ノードを表示',
    dismiss: 'メッセージを閉じる',
    progress: '実行の進行状況',
    timeLeft: (time) => `残り ${time}`,
    working: '実行中…',
    percent: (percent) => `${percent} %`,
    missed: { succeeded: '✓', failed: '失敗:' },
    waiting: (index) => (index === 0 ? '次に実行されます' : `キューの ${index + 1} 番目`),
    newSeeds: '新しいシードで実行',
    moreLikeLast: '最後の結果のバリエーション: 入力にして実行',
    nothingToVary: 'バリエーションの元になる結果がまだありません。',
    repeats: '前回の実行から何も変わっていないため、同じ画像がもう一度保存されます。',
    runAgain: 'それでも実行',
  },

  forecast: {
    copies: (running, count) => `${running} / ${count}`,
    nothing: '最新の状態',
    summary: (count, time) => `ノード ${number(count)} 個${time === undefined ? '' : ` · ${time}`}`,
    title: '今実行した場合の内容',
    cached: 'キャッシュ済み',
    unknown: '時間不明',
    total: '合計',
    memory: 'モデルの最大メモリ',
    about: (size) => `約 ${size}`,
    cacheUnknown: 'サーバーがビジーのため、キャッシュの内容がわかりません。',
    tip: '実行される内容と所要時間',
  },

  queue: {
    title: 'キュー',
    running: '実行中',
    waiting: '待機中',
    ended: '完了',
    empty: 'キューは空です。',
    cancel: (title) => `${title} をキャンセル`,
    cancelAll: 'すべてキャンセル',
    front: (title) => `${title} を次に実行`,
    retry: (title) => `${title} を再実行`,
    pause: 'キューを一時停止',
    resume: '再開',
    paused: 'キューは一時停止中です',
    place: (index) => `${index}.`,
    attempt: (attempt) => `${attempt} 回目`,
    states: {
      queued: '待機中',
      running: '実行中',
      succeeded: '完了',
      failed: '失敗',
      cancelled: 'キャンセル済み',
    },
    images,
    cannotWork: (reason) => `サーバーは現在実行できません: ${reason}`,
    own: '自分',
    since: (time) => `${time} から`,
    view: (title) => `${title} の画像を表示`,
    openWorkflow: (title) => `${title} のワークフローを新しいタブで開く`,
    showFailed: '失敗したノードを表示',
    notify: '時間のかかる実行が終わったら通知する',
    sound: '時間のかかる実行が終わったら音を鳴らす',
    notAllowed:
      'ブラウザーがこのページからの通知を許可していません。アドレスの横のアイコンからこのサイトの通知を許可して、もう一度選択してください。',
    notSecure:
      'ブラウザーは https のページだけに通知を許可します。https:// または http://localhost で始まるアドレスでこのページを開いてください。',
  },

  workers: {
    title: 'ワーカー',
    asking: 'サーバーに問い合わせ中…',
    none: '接続されているワーカーはありません。',
    summary: (count, busy) => `ワーカー ${number(count)} 台、${busy} 台が実行中`,
    phases: {
      starting: '起動中',
      idle: '待機中',
      busy: '処理中',
      stopping: '実行を停止中',
      restarting: '再起動中',
      closed: '終了中',
    },
    id: 'ワーカー',
    own: 'サーバー自身のワーカー',
    device: 'デバイス',
    deviceUnknown: 'まだ不明',
    memory: 'メモリ',
    free: (size) => `空き ${size}`,
    checkpoints: 'チェックポイント',
    noCheckpoints: 'なし',
    since: '開始',
    between: 'ノードの切り替え中',
    at: (node, step, steps) => (step === undefined ? node : `${node} · ステップ ${step} / ${steps}`),
    progress: (title) => `${title} のノードの進行状況`,
    lastExit: (when, detail) => `${when}に予期せず終了: ${detail}`,
    exits: {
      crashed: 'クラッシュ',
      'out-of-memory': 'メモリ不足',
      timeout: '応答なし',
      exited: '終了',
      lost: '接続が切れました',
      'device-lost': 'デバイスが失われました',
      'server-ended': 'サーバーの停止',
    },
  },

  devices: {
    title: 'デバイス',
    testing: 'デバイスをテスト中です。遅いデバイスでは最大 1 分かかります…',
    auto: (what) => `--device auto は次を使用します: ${what}。`,
    test: '再テスト',
    usable: '使用可能',
    unusable: '使用不可',
    ms: (ms) => `セルフテスト ${tenths(ms)} ミリ秒`,
    off: (error) => `誤差は最大値の ${error.toPrecision(2)} 以下`,
    steps: '対処方法',
    beforeEachStart: '# 起動のたびに実行',
    stepTexts: {
      'nvidia-driver': ({ oldest }) =>
        `NVIDIA のドライバーは ${oldest} 以降が必要です。nvidia-smi で現在のバージョンを確認できます。`,
      'install-cuda': () => 'unclip devices --install cuda は、確認の後に以下の手順を実行します。',
      'install-openvino': () => 'bfloat16 を使うには: unclip devices --install openvino',
      'container-all-gpus': () => 'コンテナーの場合: --gpus all を付けて起動してください。',
      'nvidia-smi': () => 'nvidia-smi で GPU の一覧を表示できます。CUDA_VISIBLE_DEVICES で隠されている場合があります。',
      'newest-driver': () => 'GPU のメーカーの最新のドライバーをインストールしてください。',
      'driver-file': ({ file }) =>
        `VK_DRIVER_FILES または VK_ICD_FILENAMES が示す ${file} がありません。変数を削除するか修正してください。`,
      'vulkan-loader': ({ command }) => `Vulkan ローダーがありません: ${command}`,
      'vulkan-driver': ({ command }) =>
        `Vulkan のドライバーがありません。AMD と Intel: ${command}。NVIDIA: NVIDIA のドライバーに含まれています。`,
      vulkaninfo: () => 'vulkaninfo --summary（vulkan-tools パッケージ）で、Vulkan が検出した内容を確認できます。',
      'container-gpu': () =>
        'コンテナーの場合: --device /dev/dri、または --gpus all と NVIDIA_DRIVER_CAPABILITIES=all で GPU を渡してください。',
    },
    notInBfloat16: (why) => `bfloat16 は使用できません: ${why}。`,
    reasons: {
      'of-other-system': ({ system }) => `${system} の機能です`,
      'bfloat16-on-linux-x64': () => 'x64 の Linux でのみ使用できます',
      'no-bfloat16-instructions': () => 'プロセッサーに対応する命令（AVX-512 BF16 または AMX）がありません',
      'openvino-missing': () => 'OpenVINO がインストールされていません',
      'cuda-on-linux-x64': () => 'ONNX Runtime の CUDA は x64 の Linux でのみ使用できます',
      'cuda-part-missing': () => 'ONNX Runtime の CUDA 用の部分がインストールされていません',
      'library-missing': ({ file }) => `ONNX Runtime が CUDA に必要とする ${file} が見つかりません`,
      'nvidia-driver': () => 'NVIDIA のドライバーがないか、CUDA 13 より古いものです',
      'no-nvidia-gpu': () => 'NVIDIA の GPU が見つかりません',
      'no-webgpu': ({ platform, arch }) => `${platform} (${arch}) の ONNX Runtime には WebGPU がありません`,
      'no-gpu': () => 'GPU が見つかりません',
    },
  },

  connection: {
    lost: (seconds) =>
      `サーバーとの接続が切れました。${seconds > 0 ? `${seconds} 秒後に再接続します…` : '再接続しています…'}`,
    connecting: 'サーバーに接続中…',
    notConnected: 'サーバーに接続されていないため、実行できません。ページは自動的に再接続します。',
    back: '再接続しました',
    signedOut: 'サインアウトしています。サーバーが起動時に表示したアドレスを開くか、トークンを入力してください。',
    signIn: 'サーバーは起動時にトークン付きのアドレスを表示します: http://…/#t=…',
    token: 'トークン',
    signInButton: 'サインイン',
    retry: '今すぐ再試行',
    kept: '作業内容はこのブラウザーに保存されています。',
  },

  part: {
    failed: 'ページのこの部分を読み込めませんでした。作業内容に影響はありません。',
    upgraded: 'サーバーにこのページの新しいバージョンがあり、この部分はそれに含まれます。',
    tryAgain: '再試行',
    reload: 'ページを再読み込み',
    reloadNew: '新しいバージョンを読み込む',
    unknown: '理由は不明です',
  },

  files: {
    insert: (name) => `${name} をこのワークフローに挿入`,
    library: 'ライブラリ',
    save: '保存',
    saveTip: 'ライブラリに保存',
    saveAs: '名前を付けて保存…',
    open: 'ファイルを開く…',
    openUrl: 'アドレスから開く…',
    address: 'ワークフロー、ワークフローを含む画像、または .zip のアドレス',
    openIt: '開く',
    newFile: '新しいワークフロー',
    more: 'ファイル',
    downloadJson: 'JSON としてダウンロード',
    downloadZip: '画像と一緒にダウンロード (.zip)',
    imagesMissing: (names) => `次の画像がないため、それらを除いてダウンロードしました: ${names}`,
    notPacked: (reason) => `ダウンロードできませんでした: ${reason}`,
    packedUnknown: (name) => `${name} の圧縮方式には対応していません。`,
    damagedInZip: (name) => `${name} は壊れているか、大きすぎます。`,
    downloadPng: 'PNG としてダウンロード',
    copyLink: 'このワークフローを含むリンクをコピー',
    versions: 'バージョン…',
    remove: (name) => `${name} を削除`,
    removed: (name) => `${name} を削除しました（バージョンは残ります）`,
    savedByName: (name, files) =>
      `${name} として保存しました。パスはファイル名に変更されました: ${files}。ない画像はカードにドロップしてください。`,
    saved: (name) => `${name} として保存しました`,
    saveFailed: (reason) => `保存できませんでした: ${reason}`,
    opened: (name) => `${name} を開きました`,
    openFailed: (name, reason) => `${name} を開けませんでした: ${reason}`,
    notAWorkflow: 'ワークフローが含まれていません。',
    linkCopied:
      'リンクをクリップボードにコピーしました。ここにサインインしている人は、このワークフローを読み取り専用で開けます。',
    linkIs: 'このワークフローへのリンク',
    linkTooLong: 'このワークフローはリンクにするには大きすぎます。ファイルとしてダウンロードしてください。',
    longLink: (characters, limit) =>
      `リンクは ${characters} 文字です。上限は ${limit} 文字です。代わりにファイルを送ってください。`,
    unpacksTooLarge: (limitBytes) => `展開すると上限の ${limitBytes} バイトを超えます。`,
    notDrawn: '画像を作成できませんでした。',
    unsaved: '保存後に変更あり',
    search: 'ワークフローを検索',
    mine: '保存したワークフロー',
    templates: 'テンプレート',
    needsDownload: 'ダウンロードが必要',
    none: 'まだ何も保存されていません。Ctrl+S でこのワークフローを保存します。',
    noMatch: 'その名前のワークフローはありません',
    savedAt: (when) => `保存: ${when}`,
    dropHere: 'ワークフロー、またはここか ComfyUI で作った画像をドロップして開く',
    name: '名前',
    notAName: (name) => `「${name}」は名前にできません。別の名前を入力してください。`,
    replace: '置き換え',
    cancel: 'キャンセル',
    close: '閉じる',
  },

  comfyui: {
    downloadPage: 'ComfyUI 用にダウンロード',
    downloadApi: 'ComfyUI 用にダウンロード（API 形式）',
    leftOut: (names) => `ComfyUI に該当ノードがないため省略: ${names}`,
    notExported: (reason) => `エクスポートできませんでした: ${reason}`,
    title: (name) => `${name} は ComfyUI のワークフローです`,
    whole: (count) => `${count} 個のノードすべてに対応するノードがあります。`,
    partly: (found, count) =>
      `${count} 個中 ${found} 個のノードに対応するノードがあります。残りはプレースホルダーとして保持され、そのまま ComfyUI にエクスポートされます。`,
    became: '変換先',
    likeness: { exact: '同じ', alike: '類似', absorbed: '一部', placeholder: 'なし' },
    leftAlone: 'なし',
    done: 'グラフを表示',
  },

  unsaved: {
    title: '変更を保存しますか？',
    body: (name) =>
      `「${name}」にはライブラリに保存されていない変更があります。別のワークフローを開くと、このタブの内容は置き換えられます。`,
    save: '保存してから開く',
    discard: '保存せずに開く',
    beside: '新しいタブで開く',
    closes: (name) => `「${name}」にはライブラリに保存されていない変更があります。タブを閉じると失われます。`,
    closeAnyway: '保存せずに閉じる',
    saveAndClose: '保存して閉じる',
  },

  conflict: {
    title: 'このワークフローは他で保存されました',
    body: (name, when) =>
      `「${name}」は${when}、別のタブまたは他の人によって保存されました。どちらを選んでもすべてのバージョンが残ります。`,
    early: (name) => `「${name}」が今、他で保存されました。保存時に、どのバージョンを残すか確認します。`,
    deleted: (name) => `「${name}」は別のタブまたは他の人によって削除されました。あなたのバージョンはここにあります。`,
    mine: '自分のものを残す',
    mineTip: '自分のものを最新バージョンとして保存します',
    theirs: '他のものを使う',
    theirsTip: '他のバージョンをここに表示します。自分のものは先に別の名前で保存されます',
    both: '両方残す',
    bothTip: '自分のものを新しい名前で保存します',
    copyName: (name) => `${name}（自分のコピー）`,
    exists: (name) => `ワークフロー「${name}」はすでにあります。置き換えると、現在の内容はバージョンとして残ります。`,
  },

  versions: {
    title: (name) => `${name} のバージョン`,
    current: '最新',
    restore: '復元',
    look: '表示',
    restored: (revision) => `バージョン ${revision} を最新にしました`,
    revision: (revision) => `バージョン ${revision}`,
  },

  readOnly: {
    shared: '共有されたワークフローを表示しています。実行はできますが、変更はできません。',
    output: '画像を生成したワークフローを表示しています。',
    run: '実行のワークフローを表示しています。',
    version: (revision) => `バージョン ${revision} を表示しています。`,
    copy: 'コピーを作成して編集',
  },

  results: {
    title: '結果',
    ofThis: 'このワークフロー',
    all: 'すべて',
    empty: '実行で画像ができると、ここに表示されます。',
    view: (name) => `${name} を原寸で開く`,
    openAsWorkflow: 'ワークフローを新しいタブで開く',
    download: 'ダウンロード',
    which: '表示する結果',
  },

  outline: {
    title: 'アウトライン',
    label: '実行順のノードとポート',
    hint: '矢印キーで移動、Enter でカードへ、C で接続、Delete で削除。',
    add: 'ノードを追加',
    open: '未接続',
    optional: '省略可',
    unused: '未使用',
    connect: (port) => `${port} を接続`,
    connectTo: (port) => `${port} の接続先`,
    nothingFits: (type) => `${type} に接続できるものはありません。`,
    disconnect: (port) => `${port} を切断`,
    connectedNow: (from, to) => `${from} を ${to} に接続しました`,
    disconnected: (port) => `${port} を切断しました`,
    added: (title) => `${title} を追加しました`,
    removed: (title) => `${title} を削除しました`,
    input: '入力',
    output: '出力',
    empty: 'ノードはまだありません。',
    show: 'ノードのアウトライン',
  },

  images: {
    menu: '画像の操作',
    use: '入力として使う',
    vary: 'バリエーションを作る',
    more: '似た画像をもっと作る',
    inpaint: 'インペイント…',
    upscale: 'アップスケール…',
    copy: 'コピー',
    download: 'ダウンロード',
    downloadStripped: 'ワークフローなしでダウンロード',
    compare: '次の画像と比較',
    openInGallery: 'ギャラリーで開く',
    openWorkflow: 'ワークフローを開く',
    keepSeed: 'このシードを使い続ける',
    keepOnly: 'この画像だけを残す',
    keepLarger: 'この画像だけを残して拡大する',
    keepCell: 'グリッドの 1 枚だけを残す…',
    ofBatch: (index) => `バッチの ${number(index)} 枚目`,
    ofCell: (values, index) => (index === undefined ? `${values} の画像` : `${values} の画像の ${number(index)} 枚目`),
    keptOnly: (image) => `ワークフローは${image}だけを生成します。「元に戻す」で他の画像も戻ります。`,
    keptLarger: (image) => `ワークフローは${image}だけを生成し、さらに 2 倍のサイズでも生成します。`,
    notLarger:
      'この画像のサンプラーはサブグラフの中にあります。2 回目のパスを追加するには、サブグラフを解除してください。',
    notOfBatch: 'この画像をバッチの 1 枚として生成したサンプラーが見つかりません。',
    copied: '画像をコピーしました',
    seedsKept: (count) => `シードを ${count} 個設定して固定しました。`,
    noSeeds: 'このワークフローには、この画像のシードを使うノードがありません。',
    failed: (reason) => `失敗しました: ${reason}`,
  },

  gallery: {
    title: 'ギャラリー',
    open: 'ギャラリー: ここで生成したすべての画像',
    close: 'グラフに戻る',
    times: { today: '今日', yesterday: '昨日', week: '今週' },
    board: 'ボード',
    anyBoard: 'すべてのボード',
    onBoard: (board) => `ボード「${board}」の画像`,
    tileSize: '画像の表示サイズ',
    move: '移動',
    moveTo: '移動…',
    moveTitle: (count) => `${images(count)}をボードに移動`,
    newBoard: '新しいボードの名前',
    noBoard: 'ボードなし',
    moved: (count, board) => `${images(count)}を「${board}」に移動しました`,
    takenOff: (count) => `${images(count)}をボードから外しました`,
    download: 'ダウンロード',
    downloadTip: '選択したすべての画像を 1 つの .zip に',
    downloadStripped: 'ワークフローなしでダウンロード',
    packing: (index, count) => `画像をまとめています (${number(index)} / ${number(count)})…`,
    packed: (count) => `${images(count)}を 1 つのファイルにまとめました`,
    zipName: (count) => `画像 ${count} 枚`,
    samePrompt: '同じプロンプト',
    sameInput: '同じ入力画像',
    search: '画像を検索',
    searchHint: 'heart  -blue  steps>20  date:2026-11',
    count: images,
    anyModel: 'すべてのモデル',
    anyMonth: 'すべての期間',
    model: 'モデル',
    month: '月',
    order: '並び順',
    newest: '新しい順',
    oldest: '古い順',
    starred: 'スター付き',
    deleted: '削除済み',
    clean: '整理…',
    help: '検索方法',
    helpLines: [
      ['red heart', '両方の語。プロンプト、タイトル、モデルから検索。語の先頭だけでも可'],
      ['"red heart"', 'この語順のまま'],
      ['-blue', 'この語を含まない'],
      ['prompt:… negative:… title:… model:…', 'その項目だけ'],
      ['steps>20 seed=42 scheduler:ddim', '任意のノードの任意の設定'],
      ['model="sd21-unclip-h"', 'このチェックポイントのみ'],
      ['width>=768 date:2026-11 date<2026', 'サイズと日時'],
      ['date:today date:yesterday date:week date:2026-11-01..2026-11-24', '現地時間'],
      ['board:ハート', 'このボードの画像'],
      ['cfg>7 sampler:ddim neg:blurry', 'ほかのプログラムでの設定名'],
      ['is:starred is:deleted', 'スター付き、または削除済みの画像'],
    ],
    grid: '画像。矢印キーで移動、Enter で開く、Space で選択、S でスター、M で移動、Delete で削除。',
    image: (title, prompt) => (prompt === '' ? title : `${title}: ${prompt}`),
    arrived: (count) => `新しい画像 ${number(count)} 枚: 表示`,
    empty: '画像はまだありません。ワークフローが保存した画像がここに表示されます。',
    noMatch: '画像が見つかりません。',
    nothingDeleted: '過去 30 日間に削除されたものはありません。',
    clearSearch: 'すべての画像を表示',
    likeThis: 'これに似た画像',
    backToAll: 'すべての画像',
    noneLike: '他の画像はまだ解析されていません。何も実行していないときに自動的に行われます。',
    selected: (count) => `${number(count)} 枚選択中`,
    selectedFirst: (count) => `最初の ${number(count)} 枚を選択中`,
    clear: '選択を解除',
    star: 'スターを付ける',
    unstar: 'スターを外す',
    compare: '比較',
    compareTip: '2～4 枚の画像を比較',
    remove: '削除',
    restore: '復元',
    undo: '元に戻す',
    removed: (count) => `${images(count)}を削除しました`,
    restored: (count) => `${images(count)}を復元しました`,
    failed: (reason) => `失敗しました: ${reason}`,
    previous: '前の画像',
    next: '次の画像',
    more: '似た画像を探す',
    openTab: 'ワークフローを新しいタブで開く',
    closeImage: 'すべての画像に戻る',
    settings: '設定',
    searchFor: (text) => `${text} の画像を検索`,
    noSettings: 'この画像には生成情報がありません。',
    prompt: 'プロンプト',
    made: (when) => `生成: ${when}`,
    differences: '違い',
    noDifferences: '同じ方法で生成されています。',
    against: (a, b) => `A は画像 ${a}、B は画像 ${b}`,
    slider: 'スライダー',
    sideBySide: '並べて表示',
    zoomHint: 'ホイールでズーム、ドラッグで移動。すべて連動します。',
    cleanTitle: 'スターのない画像をすべて削除しますか？',
    cleanBody: (count, size) => `${images(count)}（${size}）を削除します。30 日間は復元できます。`,
    cleanNothing: 'すべての画像にスターが付いているため、削除するものはありません。',
    cleanGo: (count) => `${images(count)}を削除`,
    keepAll: '残す',
  },

  sharing: {
    share: 'リンクを共有…',
    title: (name) => `${name} の共有リンク`,
    about:
      '共有リンクは、期限が切れるか取り消すまで、持っている人なら誰でもトークンなしで使えます。それ以外にはアクセスできません。',
    none: '有効なリンクはありません。',
    kind: '表示する内容',
    kinds: {
      view: 'ワークフロー（閲覧用）',
      form: 'フォーム（実行用）',
    },
    newest: '常に最新バージョン',
    revision: (revision) => `バージョン ${revision}`,
    settable: '設定できる項目',
    shows: '表示する結果',
    days: '有効期間（日）',
    runsPerHour: '1 時間あたりの実行数',
    make: 'リンクを作成',
    made: 'リンクをクリップボードにコピーしました。表示は今回だけです:',
    madeOnly: 'リンクの表示は今回だけです:',
    revoke: '取り消す',
    revoked: 'リンクは無効になりました。',
    until: (when) => `${when} まで有効`,
    failed: (reason) => `失敗しました: ${reason}`,
    looking: '共有されたワークフローを表示しています。ここでは実行も保存もできません。',
    onlyToLook: 'このリンクはワークフローを表示するだけです。',
    chooseImage: (label) => `${label}: 画像を選択`,
    noImage: '画像を選択するか、ここにドロップ',
    anotherImage: '画像をクリックして別の画像を選ぶか、ここにドロップします。',
    sending: '送信中…',
    waiting: (runs) => (runs === 0 ? '待機中: 次に実行されます…' : `待機中: あと ${runs} 件の実行が先です…`),
    othersFirst: '他の訪問者の実行が終わるのを待っています…',
    step: (step, steps) => `ステップ ${step} / ${steps}…`,
  },

  guide: {
    whatIsThis: 'これは何？',
    inputs: '入力',
    outputs: '出力',
    examplesOf: 'このノードを使った例',
    fitsInto: 'つなげられる例',
    alsoCalled: (words) => `別名: ${words}`,
    start: '何を作りますか？',
    choices: {
      'image-variations': { title: '画像のバリエーション', body: '元の画像に似た新しい画像を 4 枚' },
      'text-to-image': { title: 'テキストから画像', body: '説明した内容の画像' },
      'mix-two-images': { title: '2 枚の画像をミックス', body: '2 枚の中間の画像' },
    },
    examples: 'または、次の画像のバリエーションを作成:',
    vary: (name) => `${name} のバリエーション`,
    toy: '自分の写真も使えます。ここにドロップしてください。付属のモデルは絵文字を学習した小さなモデルなので、写真に最も近い絵文字を描きます。',
    offer: '初めての方はツアーへ',
    tour: 'ページのツアー',
    stepOf: (step, steps) => `${step} / ${steps}`,
    skip: 'スキップ',
    back: '戻る',
    next: '次へ',
    done: '完了',
    steps: [
      {
        title: '画像から始める',
        body: 'このカードに画像をドロップするか、クリックしてファイルを選びます。プロンプトなどの設定はほかのカードにあります。',
      },
      {
        title: '実行する',
        body: '「実行」で画像を生成します。実行中も作業を続けられます。再計算されるのは変更した部分だけです。',
      },
      {
        title: '結果を使う',
        body: '画像はカードに表示されます。右クリックでバリエーション、インペイント、アップスケールができます。ほかのカードへドラッグすることもできます。',
      },
      {
        title: 'あとで見つける',
        body: 'ギャラリーにはすべての画像が設定とともに残ります。保存したワークフローと例はライブラリにあります。',
      },
    ],
  },

  structure: {
    saveSelection: '選択範囲をライブラリに保存',
    partOf: (title) => `${title} の一部`,
    savedSelection: (name) =>
      `${name} としてライブラリに保存しました。ライブラリやノードの検索から、どのワークフローにも挿入できます。`,
    newTitle: (index) => (index === 1 ? 'グループ' : `グループ ${index}`),
    make: '選択からサブグラフを作成',
    dissolve: 'サブグラフを解除',
    enter: 'サブグラフを開く',
    leave: 'サブグラフを出る',
    path: '現在の場所',
    whole: 'ワークフロー',
    made: 'サブグラフを作成しました。接続されていたものがポートになりました。',
    between: (names) =>
      `選択を 1 つのノードにできません。${names} が選択の間にあります。それも選択するか、片側を外してください。`,
    sweepsOutside: (names) =>
      `選択を 1 つのノードにできません。${names} は外側のノードのパラメーターを変化させます。そのノードも選択してください。`,
    notDissolved: '解除できるのは、バイパスされていないサブグラフだけです。',
    makeInput: 'ワークフローの入力にする',
    removeInput: 'ワークフローの入力です: 入力を外す',
    promote: 'サブグラフのノードに表示',
    demote: 'サブグラフのノードに表示中: 非表示にする',
    panel: '入力とポート',
    inputsTitle: 'ワークフローの入力',
    noInputs:
      'まだありません。パラメーターの横のピンで、フォーム、コマンドライン、プログラムから名前で設定できる入力になります。',
    inputName: (name) => `${name} のラベル`,
    remove: (name) => `${name} を削除`,
    earlier: (name) => `${name} を上へ`,
    openForm: 'フォームを開く',
    shareForm: 'フォームを共有…',
    subgraphTitle: 'タイトル',
    portsTitle: { inputs: '入力', outputs: '出力', params: 'パラメーター' },
    noPorts: 'なし。',
    addPort: { inputs: '入力を追加…', outputs: '出力を追加…' },
    fedBy: (port) => `サブグラフの入力 ${port} から`,
    givenAs: (port) => `サブグラフの出力 ${port}`,
    portName: (kind, name) => `${kind} ${name} の名前`,
    portKinds: { inputs: '入力', outputs: '出力', params: 'パラメーター' },
    nameTaken: (name) => `名前「${name}」はすでに使われているか、英数字、「_」、「-」以外の文字が含まれています。`,
    form: 'フォーム',
    closeForm: 'グラフへ',
    run: '実行',
    stopped: '停止しました',
    running: '実行中…',
    newSeed: '別のシード',
    preview: '生成中の画像のプレビュー',
    noOutputs: '画像を保存または表示するノードがありません。「画像を保存」を追加してください。',
    noResults: '結果はここに表示されます。',
    nothingToSet: 'このワークフローには入力がありません。グラフでパラメーターをピン留めすると、ここに表示されます。',
    suggested:
      'このワークフローには独自の入力がないため、画像とプロンプトを表示しています。グラフでパラメーターをピン留めすると選べます。',
    results: '結果',
    result: (index) => `結果 ${index}`,
    failed: (message) => `失敗しました: ${message}`,
    axisNone: 'なし',
    addImages: 'ディスクから画像を追加',
    addFromLibrary: 'サーバー上の画像を追加',
    library: '追加…',
    dropImages: '画像をドロップするか、1 行に 1 つずつ名前を入力',
    uploading: (index, count) => `アップロード中 ${index} / ${count}…`,
  },

  models: {
    title: 'モデル',
    pickerTitles: {
      checkpoint: 'チェックポイントを選択',
      lora: 'LoRA を選択',
      vae: 'VAE を選択',
      vision: 'CLIP Vision モデルを選択',
      upscaler: 'アップスケーラーを選択',
      embedding: '埋め込みを選択',
      'image-embeds': '画像の埋め込みを選択',
      controlnet: 'ControlNet を選択',
      'ip-adapter': 'IP-Adapter を選択',
    },
    anyPickerTitle: (type) => `モデルを選択（${type}）`,
    search: 'モデルを検索',
    searchHint: '名前、ファミリー、トリガーワード',
    allTypes: 'すべてのタイプ',
    type: 'タイプ',
    types: modelTypes,
    loading: 'モデルを読み込み中…',
    nothing: '検索に一致するモデルはありません。',
    nothingInstalled: 'このタイプのモデルはインストールされていません。',
    count: (count, size) => `モデル ${number(count)} 個、${size}`,
    free: (size) => `空き ${size}`,
    failed: (reason) => `失敗しました: ${reason}`,
    managedElsewhere: '外部で管理',
    managed: 'ここでダウンロード',
    broken: '使用できません',
    damagedFile: (file) =>
      `${quote(file)}は壊れているか、本来のファイルではありません。モデルをもう一度ダウンロードまたはコピーしてください。`,
    technical: '技術的な詳細',
    unfit: (family, checkpoint) => `${family} 用のため、${checkpoint} では使えません。`,
    triggerWords: 'トリガーワード',
    copyWords: 'トリガーワードをコピー',
    copied: 'コピーしました',
    license: {
      title: 'ライセンス',
      of: (model) => `${model} のライセンス`,
      loading: 'ライセンスを読み込んでいます…',
      unknown: 'このモデルのライセンスは不明です。入手元のページを確認してください。',
      source: '公開元',
      restrictions: '次の用途にモデルを使用することはできません（ライセンス原文）:',
      restricted: 'このライセンスはモデルの用途を制限している可能性があります。先に読んでください。',
      free: 'モデルの用途は制限されていません。',
      text: 'ライセンス全文',
      accepted: (date) => `このサーバーの管理者が同意した日時: ${date}`,
      mustBeAccepted: (command) =>
        `このサーバーの管理者がライセンスに同意するまで、このモデルの実行は拒否されます: ${command}`,
    },
    details: {
      label: '詳細',
      none: 'モデルを選択すると詳細が表示されます。',
      family: '対象',
      fits: '使用可能',
      fitsAll: 'すべてのチェックポイント',
      fitsNone: '対応するチェックポイントなし',
      precision: '精度',
      size: 'サイズ',
      path: 'パス',
      from: '入手元',
      unknown: '不明',
      check: 'すべての重みを検査',
      checking: 'すべての重みを読み込み中…',
      sound: '問題なし: すべての重みがそろっています。',
      delete: '削除',
      deleteHelp: '7 日間は復元できます。',
      elsewhere: '外部で管理: ここでダウンロードしたものではないため、ここでは削除できません。',
    },
    use: (name) => `${name} をワークフローに追加`,
    useTip: 'ワークフローに追加',
    deleted: (name) => `${name} を削除しました。`,
    undo: '元に戻す',
    trash: 'ごみ箱',
    keptUntil: (date) => `${date} まで保管`,
    restore: '復元',
    purge: '完全に削除',
    download: {
      title: 'モデルをダウンロード',
      start: 'ダウンロード…',
      repository: 'ハブのリポジトリ',
      hint: '所有者/名前',
      lookUp: '確認',
      lookingUp: 'ハブに問い合わせ中…',
      file: 'ファイル',
      chooseFile: 'ファイルを選択',
      half: '半精度 (fp16)',
      files: (count, size) => `ファイル ${number(count)} 個、${size}`,
      noRoom: (free) => `ディスクの空きは ${free} しかありません。`,
      license: (name) => `ライセンス: ${name}`,
      noLicense: 'ハブにライセンスの記載がありません。モデルのページを確認してください。',
      readLicense: '読む',
      accept: 'ライセンスを読み、同意します',
      gated:
        'このモデルはアクセスが制限されています。ハブで利用条件に同意し、そのアカウントのトークンを HF_TOKEN でサーバーに渡してください。',
      go: (size) => `${size} をダウンロード`,
      close: '閉じる',
    },
    downloads: 'ダウンロード',
    states: {
      waiting: '待機中',
      running: 'ダウンロード中',
      failed: '失敗',
      done: '完了',
    },
    progress: (done, all) => `${done} / ${all}`,
    unverified: (files) => `ハブに ${files.join('、')} のチェックサムがないため、サイズだけを確認しました。`,
    resume: '再試行',
    cancel: (name) => `${name} のダウンロードをキャンセル`,
    remove: (name) => `${name} をリストから削除`,
  },

  templates: {
    animation: [
      'アニメーション: 画像の間を補間',
      '猫からカボチャ、ペンギンを経て元に戻る 18 フレームを、すべて同じノイズから描き、アニメーション WebP にします。',
    ],
    'blend-prompts': [
      'プロンプトのブレンド',
      '2 つのプロンプトの間を順に移ります。空のネガティブプロンプトの代わりにゼロを使います。',
    ],
    controlnet: [
      'ControlNet: Canny エッジに沿って描く',
      '画像のエッジが線の位置を、プロンプトが描くものを決めます。Stable Diffusion 1.5 を使います。',
    ],
    depth: [
      '深度から画像へ',
      'Stable Diffusion 2 Depth は、近いほど明るい深度画像の形を保ち、プロンプトの内容を描きます。',
    ],
    'embedding-and-vae': [
      'Textual Inversion と別の VAE',
      'Stable Diffusion 1.5 のネガティブプロンプトに Textual Inversion の embedding:EasyNegative を使い、別ファイルの VAE でデコードします。',
    ],
    erased: [
      'インペイント: 消した部分を描き直す',
      '画像の透明な部分を別の画像に従って描き直します。残りはそのままです。',
    ],
    'few-steps': [
      '少ないステップのサンプラー',
      '6 種類のサンプラー（ComfyUI の KSampler）を 4 ステップと 8 ステップで並べます。LCM と TCD は、そのために蒸留されたモデル用です。',
    ],
    form: [
      'フォーム',
      '名前付きの 3 つの設定を、フォーム表示、`--input`、API から使えます。グラフを知る必要はありません。',
    ],
    'guided-by-text': ['テキストによる描き直し', '画像の半分をノイズに置き換え、プロンプトに従って描き直します。'],
    'image-strengths': [
      '強さの異なる 2 つの画像',
      '2 つの画像を同時に手がかりにします。強さとノイズレベルはそれぞれ設定できます。',
    ],
    'image-to-image': [
      '画像から画像へ: 別の画像のスタイルで描き直す',
      'img2img: 別の画像を手がかりに、画像を部分的に描き直します。',
    ],
    'image-tools': [
      '画像ツール: エッジ、ぼかし、シャープ、ブレンド',
      'ControlNet に使う Canny エッジと、しきい値、反転、ぼかし、シャープ、ブレンド、切り抜き、貼り付けのフィルター。モデルは使いません。',
    ],
    'image-variations-checkpoint': [
      'Stable Diffusion 1.4 による画像バリエーション',
      'Lambda の画像バリエーション用チェックポイントは、テキストの代わりに画像を手がかりにします。',
    ],
    'image-variations': [
      '画像バリエーション',
      '画像のバリエーション: CLIP Vision が画像をエンコードし、モデルが似た画像を描きます。unCLIP の本来の使い方です。',
    ],
    'inpaint-checkpoint': [
      'インペイント用チェックポイントでインペイント',
      'インペイント用に学習したチェックポイントが、マスクとその周囲を見て、マスクした部分をプロンプトで描き直します。',
    ],
    'inpaint-masks': [
      '合成したマスクでインペイント',
      'マスクを別のマスクで半分に切って広げ、その部分をプロンプトで描き直し、結果を画像に貼り戻します。',
    ],
    inpaint: ['インペイント: マスクした部分を描き直す', 'マスクした部分だけを描き直します。残りはそのままです。'],
    'ip-adapter': [
      'IP-Adapter: 画像をプロンプトに',
      'Stable Diffusion 1.5 で、プロンプトに加えて画像を手がかりにします。影響の強さはスケールで決めます。',
    ],
    'latent-composite': [
      '潜在画像の合成: シーンに物を置く',
      '2 つの物を別々に描き、1 つを反転し、両方を横長の潜在画像に貼り付けて、2 回目のパスで仕上げます。',
    ],
    lora: [
      'LoRA: 8 ステップの Hyper-SD',
      '少ないステップ用に学習した LoRA を Stable Diffusion 1.5 に適用します。ほかの LoRA に替えることも、順に複数適用することもできます。',
    ],
    'merge-models': [
      '2 つのチェックポイントをマージ',
      '2 つの Stable Diffusion 1.5 チェックポイントの加重和を 3 つの比率で試します。ファイルは書き込みません。',
    ],
    'mix-two-images': ['2 つの画像を混ぜる', '2 つの画像の埋め込みを半分ずつ混ぜ、元の 2 つと並べます。'],
    outpaint: [
      'アウトペイント: 画像の周囲を描く',
      '画像に余白を付け、ぼかしたマスクでその部分をサンプラーに描かせます。',
    ],
    'prompt-schedule': [
      'プロンプトスケジュール: 途中でプロンプトを変える',
      'A1111 のようなプロンプト編集（[from:to:when] と交互の語）を、タイムステップ範囲で作った同じ変化と並べます。',
    ],
    'regional-prompts': [
      '領域ごとのプロンプト',
      '左半分用、マスク部分用、全体用のプロンプト: 領域とマスクによる条件付け。',
    ],
    relay: [
      '2 つのサンプラーを続けて使う',
      '20 ステップのうち最初の 8 ステップは 1 つの画像に従い、途中の潜在画像を別の画像と別のスケジューラーが引き継ぎます。',
    ],
    'save-embedding': [
      '画像の埋め込みをファイルに保存',
      '画像の CLIP 埋め込みを、ほかのワークフローやプログラムで使えます。保存ノードをオンにし、読み込みノードでファイルを読みます。',
    ],
    'second-checkpoint': [
      '別のチェックポイントで仕上げる',
      '2 つ目のチェックポイントが、1 つ目の潜在画像を拡大してプロンプトで仕上げます。通常の Stable Diffusion も使えます。',
    ],
    seeds: ['複数のシード', '同じ設定を複数のシードで、バッチとして並べます。'],
    'several-pictures': ['複数の画像のバリエーション', 'リストの各画像のバリエーションを作ります。'],
    subgraph: ['2 回使うサブグラフ', '7 つのノードを 1 つにまとめ、2 回使います。'],
    sweep: ['ノイズとガイダンスのスイープ', 'ノイズレベルと CFG スケールの X/Y プロット。共通の計算は 1 回だけです。'],
    'text-to-image': [
      'Prior によるテキストから画像',
      'txt2img: Prior がプロンプトから CLIP 画像埋め込みを作り、モデルがそれを描きます。',
    ],
    'two-pass': [
      '2 パスでアップスケール（hires fix）',
      '小さく描き、潜在画像を拡大して、最後の 2/5 のステップで仕上げます。',
    ],
    'upscale-model': [
      'モデルでアップスケール: Real-ESRGAN',
      'バリエーションを描き、アップスケールモデルで 4 倍にして、1 メガピクセルに縮めます。',
    ],
    'variation-seed': [
      'バリエーションシードと画像ごとのシード',
      '4 枚それぞれにシードがあり、1 枚だけ作り直せます。バリエーションの強さで別のシードに近づきます。',
    ],
    wildcards: [
      'ワイルドカードとランダムなプロンプト',
      '動的プロンプト: __thing__ と波かっこの選択肢を専用のシードで引きます。4 つのシードのスイープで 4 枚を作り、引いた内容は記録に残ります。',
    ],
    'x4-upscaler': [
      'プロンプトでアップスケール: x4 upscaler',
      'Stable Diffusion の x4 upscaler が、プロンプトに従って縦横 4 倍に描き直します。ノイズレベルが、どれだけ描き足すかを決めます。',
    ],
  },

  diagnostics,
  reasons,
};

const PORTS = { input: '入力', output: '出力', param: 'パラメーター' } as const;

function expectation({
  rule: broken,
  expected,
}: {
  readonly rule?: ParamRule | undefined;
  readonly expected: string;
}): string {
  return broken === undefined ? `${expected} ` : rule(broken);
}

function rule(broken: ParamRule): string {
  switch (broken.kind) {
    case 'number':
      return `${broken.min}～${broken.max} の数値`;
    case 'integer':
      return broken.multipleOf === undefined
        ? `${broken.min}～${broken.max} の整数`
        : `${broken.min}～${broken.max} の ${broken.multipleOf} の倍数`;
    case 'seed':
      return `0～${broken.max} の整数`;
    case 'seed-in-quotes':
      return `引用符で囲んだシード（${broken.above} を超える場合。例: "${broken.max}"。大きな数値は丸められるため）`;
    case 'boolean':
      return 'true または false ';
    case 'text':
      return 'テキスト';
    case 'text-length':
      return `${broken.max} 文字以内のテキスト`;
    case 'pattern':
      return `${broken.meaning} `;
    case 'choice':
      return `${names(broken.options)}のいずれか`;
    case 'image':
      return '画像の名前';
    case 'checkpoint':
      return broken.model === undefined ? 'チェックポイントの名前' : `タイプ${quote(broken.model)}のモデルの名前`;
    default:
      return unreachable(broken);
  }
}

function within(subgraph: string | undefined): string {
  return subgraph === undefined ? '' : `サブグラフ${quote(subgraph)}内の`;
}

function at({ line, column }: { readonly line?: number | undefined; readonly column?: number | undefined }): string {
  return line === undefined ? '' : `（${line} 行 ${column} 列）`;
}

function meant(similar: readonly string[]): string {
  return similar.length === 0 ? '' : `${anyOf(similar)}のことですか？ `;
}

function known(what: string, list: readonly string[], none: string): string {
  return list.length === 0 ? none : `${what}: ${names(list)}。`;
}

function sources(type: string, givenBy: readonly string[]): string {
  return givenBy.length === 0
    ? `${type} を出力するノードタイプはありません。`
    : `${oneOfNodes(givenBy)}を接続してください。`;
}

function many(count: number): string {
  return counted(count, '10^15 超');
}
