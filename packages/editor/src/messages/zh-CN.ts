import { type DiagnosticMessages, unreachable } from '@unclip-studio/graph-core';
import type { ParamRule, RunState } from '@unclip-studio/protocol';
import type { Messages } from './en.js';
import { counted, listsIn } from './name-lists.js';

const number = (value: number) => value.toLocaleString('zh-CN');
const images = (count: number) => `${number(count)} 张图像`;

const quote = (name: string) => `“${name}”`;
const { names, anyOf, circle } = listsIn({ quote, comma: '、', or: '或', more: (count) => `等另外 ${count} 个` });

const diagnostics: DiagnosticMessages = {
  at({ node, outer, type, subgraph, input, param }) {
    const containers = [...outer].reverse().map((id) => `${quote(id)}中的`);
    const port = input !== undefined ? `，输入${quote(input)}` : param !== undefined ? `，参数${quote(param)}` : '';
    return `${within(subgraph)}${containers.join('')}节点${quote(node)}（${type}）${port}：`;
  },
  rule,
  words: {
    'conflicting-params': (p) => p.problem,
    'invalid-json': (p) => `文件不是 JSON${at(p)}：${p.reason}。请修正该处，或重新导出工作流。`,
    'too-large': (p) => `文件有 ${p.sizeBytes} 字节；工作流最多 ${p.limitBytes} 字节。文件选对了吗？`,
    'too-deep': (p) => `文件嵌套超过 ${p.limit} 层${at(p)}。工作流不需要十层；文件选对了吗？`,
    'duplicate-key': (p) => `同一对象中键${quote(p.key)}出现了两次${at(p)}。请重命名或删除其中一个。`,
    'wrong-format': (p) =>
      `文件不是工作流：应为 "format": "unclip-workflow"，实际为 ${p.got}。请打开由 unclip-studio 保存的文件。`,
    'newer-version': (p) => `工作流的版本为 ${p.version}；此程序最高支持版本 ${p.supported}。请更新 unclip-studio。`,
    'wrong-shape': (p) => `${p.at}：应为 ${p.expected}，实际为 ${p.got}。请在文件中修正。`,
    'bad-node-id': (p) => `节点 ID ${JSON.stringify(p.id)}：应为 1 到 64 个字母、数字、“_”或“-”。请重命名节点。`,
    'unknown-type': (p) =>
      `没有节点类型${quote(p.type)}。${meant(p.similar)}${p.hint ?? '用 unclip nodes 查看全部类型。'}`,
    'unknown-input': (p) => `没有输入${quote(p.input)}。${known('输入', p.known, '该节点没有输入。')}`,
    'missing-input': (p) => `需要 ${p.expected}，但未连接。${sources(p.expected, p.givenBy)}`,
    'bad-link': (p) => `来源应写作“节点.输出”，实际为 ${p.got}。请写明节点及其输出。`,
    'unknown-source': (p) => `没有节点${quote(p.source)}。${meant(p.similar)}请连接到此工作流中的节点。`,
    'unknown-output': (p) =>
      `节点${quote(p.source)}没有输出${quote(p.output)}。${known('输出', p.known, '该节点没有输出。')}`,
    'wrong-link-type': (p) =>
      `需要 ${p.expected}，但${quote(`${p.source}.${p.output}`)}是 ${p.got}。${
        p.between.length > 0 ? `请在其间加入 ${anyOf(p.between)}。` : sources(p.expected, p.givenBy)
      }`,
    'unknown-param': (p) => `没有参数${quote(p.param)}。${known('参数', p.known, '该节点没有参数。')}`,
    'wrong-param': (p) => `应为${expectation(p)}，实际为 ${p.got}。`,
    'unread-text': (p) => `${quote(p.text)}${p.advice}`,
    'no-bypass': (p) =>
      `已被绕过，但没有已连接的 ${p.outputType} 类型输入可以代替其输出${quote(p.output)}。请取消绕过，或连接这样的输入。`,
    'file-problem': (p) => p.problem,
    'missing-output': (p) => `节点${quote(p.source)}的${quote(p.output)}没有输出。${p.problem}`,
    'input-without-param': (p) =>
      `工作流输入${quote(p.name)}：没有参数${quote(p.place)}。请以“节点.参数”指定参数，或删除该输入。`,
    'input-of-unlike-params': (p) =>
      `工作流输入${quote(p.name)}：参数${p.places.map(quote).join('和')}接受的值不同。请分成两个输入。`,
    'no-such-input': (p) =>
      `工作流没有输入${quote(p.name)}。${meant(p.similar)}${known('输入', p.known, '它没有输入；可在工作流中用“inputs”添加。')}`,
    'wrong-input': (p) => `工作流输入${quote(p.name)}：应为${expectation(p)}，实际为 ${p.got}。`,
    cycle: (p) => `${within(p.subgraph)}节点 ${circle(p.nodes)} 形成循环。请删除其中一个连接。`,
    'subgraph-cycle': (p) => `子图 ${circle(p.subgraphs)} 互相包含，不会结束。请将其中一个从另一个中移出。`,
    'subgraph-port': (p) =>
      `子图${quote(p.subgraph)}，${PORTS[p.kind]}${quote(p.name)}：应为 ${p.expected}，实际为 ${p.got ?? `不存在的${quote(p.place)}`}。请连接到内部的节点，或将其删除。`,
    'too-many-nodes': (p) =>
      `子图和参数扫描使此工作流有 ${many(p.count)} 个节点；上限为 ${p.limit}。请减少扫描的值或副本。`,
    'too-many-links': (p) => `子图使此工作流有 ${many(p.count)} 个连接；上限为 ${p.limit}。请减少副本。`,
    'too-many-characters': (p) =>
      `嵌套的子图使节点 ID 共有 ${many(p.count)} 个字符；上限为 ${p.limit}。请解散其中一些。`,
    'more-problems': (p) => `还有 ${p.count} 个问题未列出。请先修正以上问题。`,
    'unknown-target': (p) => `没有可运行的节点${quote(p.target)}。${meant(p.similar)}请指定此工作流中的节点。`,
    'muted-target': (p) => `节点${quote(p.target)}已禁用，或读取了已禁用的节点，因此无法运行。请取消禁用。`,
    'nothing-to-run': () => '工作流中没有可运行的节点。请添加保存或显示图像的节点，或指定目标。',
  },
};

export const zhCN: Messages = {
  language: {
    choose: '语言',
    is: (name) => `语言：${name}`,
  },

  app: {
    untitled: '未命名工作流',
    offline: '没有服务器：可以编辑，但不能运行',
    canvas: '工作流画布',
    leftPanel: '左侧面板',
    rightPanel: '右侧面板',
    bottomPanel: '底部面板',
    recovered: '已恢复上次会话',
    workflowTitle: '工作流标题',
    cannotStart: '编辑器无法启动',
    tryAgain: '重试',
    noAnswer: '服务器没有响应。',
    notUnderstood: '此地址上的程序不是 unclip-studio 服务器。',
    retriedIn: (seconds) => `${seconds} 秒后重试。`,
    closePanel: '关闭面板',
  },

  edits: {
    connect: '连接',
    disconnect: '断开',
    insertOnLink: '插入到连线',
    addReroute: '添加转接点',
    moveReroute: '移动转接点',
    removeReroute: '删除转接点',
    addNode: (type) => `添加 ${type}`,
    delete: (count) => (count === 1 ? '删除' : `删除 ${count} 项`),
    modes: { bypass: '绕过', mute: '禁用', on: '启用' },
    rename: '重命名',
    replaceCheckpoint: '替换 Checkpoint',
    makeSubgraph: (count) => (count === 1 ? '创建子图' : `用 ${count} 个节点创建子图`),
    dissolveSubgraph: '解散子图',
    workflowInput: '更改输入',
    addPort: '添加端口',
    removePort: '删除端口',
    promoteParam: '更改子图的参数',
    renameWorkflow: '重命名工作流',
    colour: '颜色',
    setParam: (name) => `更改 ${name}`,
    move: (count) => (count === 1 ? '移动' : `移动 ${count} 项`),
    resize: '调整大小',
    collapse: (isCollapsed) => (isCollapsed ? '折叠' : '展开'),
    addFrame: '添加分组框',
    addNote: '添加注释',
    editNote: '编辑注释',
    paste: '粘贴',
    cut: '剪切',
    duplicate: '复制副本',
    align: '对齐',
    distribute: '均匀分布',
    autoLayout: '自动整理',
    newSeeds: '新种子',
    showParams: '显示或隐藏设置',
    mix: '混合',
    changeLater: '从某一步起更改',
  },

  changeLater: {
    action: '从某一步起更改',
    title: (source) => `${source}（后段）`,
    done: (count) =>
      `${count === 1 ? '一个副本' : `${count} 个副本`}将从“更改步数”起生效。请更改副本；之前的步数不会重新采样。`,
    nothing: '没有可复制的内容：引导此节点的内容已有两份，或未连接。',
  },

  mixing: {
    pad: '混合',
    part: (index) => `图像 ${index}`,
    share: (name, percent) => `${name} ${percent} %`,
    help: '在图像之间拖动圆点，或用方向键移动；按住 Shift 步幅更大，Home 回到中间。',
    connect: '连接两张或更多图像，即可在此混合。',
    preview: '混合的粗略预览',
    noPreview: (reason) => `无预览：${reason}`,
    inside: '子图内部没有预览，请在子图外查看',
    noImage: '此混合尚未生成图像',
    offline: '没有服务器',
    problems: '工作流有问题',
  },

  canvas: {
    notDrawable: '此浏览器无法在画布上绘制。',
    newFrameTitle: '分组',
    notePlaceholder: '写注释',
    frameTitle: '分组框标题',
    fit: '显示全部',
    zoomIn: '放大',
    zoomOut: '缩小',
    zoomTo100: '缩放到 100 %',
    zoomLevel: (percent) => `${percent} %`,
    panTool: '移动画布 (H)',
    selectTool: '框选 (V)',
    snap: '对齐网格',
    minimap: '小地图',
    showMinimap: '显示小地图',
    empty: '这里还没有内容',
    emptyHint: '双击或按 Tab 添加节点。',
  },

  search: {
    label: '添加节点',
    placeholder: '搜索节点',
    nothing: '未找到节点',
    nothingFits: (type) => `没有适合 ${type} 的节点`,
    takes: (type) => `接受 ${type} 的节点`,
    outputs: (type) => `输出 ${type} 的节点`,
    between: (type) => `接受并输出 ${type} 的节点`,
  },

  refusal: {
    sameSide: (side) => (side === 'output' ? '输出应连接到输入。' : '输入应连接到输出。'),
    sameNode: '节点不能连接到自身。',
    wrongType: (expected, got) => `此输入接受 ${expected}，不接受 ${got}。`,
    put: (between) => `请在其间加入 ${between}。`,
    cycle: '这样会使节点形成循环。',
    unknown: '此处没有这种节点类型。',
    noFit: (type) => `这里没有接受 ${type} 的输入。`,
    noFitOutput: (type) => `这里没有输出 ${type} 的端口。`,
  },

  port: {
    input: '输入',
    output: '输出',
    optional: '可选',
    connectedTo: (source) => `已连接到 ${source}`,
  },

  card: {
    label: (title, status) => (status === '' ? title : `${title}，${status}`),
    title: '节点标题',
    collapse: '折叠',
    expand: '展开',
    bypassed: '已绕过',
    muted: '已禁用',
    resize: '调整大小',
    unknownType: (type) => `此处没有节点类型“${type}”。节点将原样保留。`,
    progress: (step, steps) => `第 ${step} / ${steps} 步`,
    result: (index, count) => `结果 ${index} / ${count}`,
    noImage: '图像将显示在这里',
    openResult: '查看原图',
    menu: '更多',
    moreParams: (count) => `另外 ${count} 项设置`,
    fewerParams: '收起设置',
    changedParams: (count) => `${count} 项已更改`,
  },

  status: {
    idle: '',
    queued: '排队中',
    running: '运行中',
    finished: '完成',
    cached: '已缓存',
    failed: '失败',
    stale: '运行后有更改',
    problem: '有问题',
  },

  param: {
    value: (label) => `${label}，值`,
    seedFixed: '固定：每次都是同一张图像',
    seedRandom: '随机：每次运行前使用新种子',
    seedIncrement: '递增：每次运行后加一',
    seedModes: { fixed: '固定', random: '随机', increment: '递增' },
    newSeed: '新的随机种子',
    seedUnused: (input) => `未使用：由已连接的 ${input} 决定。`,
    seedRange: '0 到 18446744073709551615。与 PyTorch 相同，只有低 32 位有效，因此两个种子可能得到同一张图像。',
    on: '开',
    off: '关',
    dropImage: '拖放、粘贴或选择图像',
    chooseImage: '选择图像',
    uploading: '正在上传 …',
    uploadFailed: (reason) => `未上传：${reason}`,
    notAnImage: '只能使用 PNG、JPEG 和 WebP 图像。',
    chooseModel: (label) => `${label}：按图选择`,
    noCheckpoints: '未安装 Checkpoint',
    missing: (name) => `${name}（缺失）`,
  },

  typed: {
    notANumber: (typed) => `“${typed}”不是数字。`,
    ambiguous: (typed, readings) =>
      `“${typed}”可能表示 ${readings.join(' 或 ')}。请用点号作小数点，且不要输入千位分隔符。`,
    expected: (expected, typed) => `应为${expected}，实际为 ${typed}。`,
  },

  former: {
    missing: (name) => `“${name}”未安装。它随早期版本提供。`,
    replace: (name) => `使用 ${name}`,
    fetch: '或下载：在 unclip-studio 的克隆目录中运行',
  },

  required: {
    missing: (name) => `${name} 尚未安装。`,
    download: (file, from, to) => `请从 ${from} 下载${file === undefined ? '' : ` ${file} `}到 ${to}。`,
    pull: (command) => `下载：${command}`,
  },

  unread: (label, text, advice) => `${label}：“${text}”${advice}`,

  menu: {
    add: '添加节点 …',
    paste: '粘贴',
    addNote: '添加注释',
    addFrame: '添加分组框',
    frameSelection: '为所选添加分组框',
    selectAll: '全选',
    fit: '显示全部',
    tidy: '自动整理',
    cut: '剪切',
    copy: '复制',
    duplicate: '复制副本',
    delete: '删除',
    rename: '重命名',
    bypass: '绕过',
    mute: '禁用',
    collapse: '折叠或展开',
    showAllSettings: '显示或隐藏全部设置',
    resetSize: '默认大小',
    colour: '颜色',
    noColour: '无',
    colours: {
      red: '红色',
      amber: '琥珀色',
      green: '绿色',
      teal: '青色',
      blue: '蓝色',
      violet: '紫色',
      pink: '粉色',
      grey: '灰色',
    },
    addReroute: '添加转接点',
    removeReroute: '删除此点',
    disconnect: '断开',
    insertNode: '插入节点 …',
  },

  actions: {
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    duplicate: '连同输入复制副本',
    delete: '删除',
    selectAll: '全选',
    addNode: '添加节点',
    addNote: '添加注释',
    frame: '为所选添加分组框',
    bypass: '绕过所选',
    mute: '禁用所选',
    collapse: '折叠或展开所选',
    showAllSettings: '显示或隐藏节点的全部设置',
    rename: '重命名节点',
    alignLeft: '左对齐',
    alignCentre: '水平居中',
    alignRight: '右对齐',
    alignTop: '顶端对齐',
    alignMiddle: '垂直居中',
    alignBottom: '底端对齐',
    distributeHorizontally: '水平均匀分布',
    distributeVertically: '垂直均匀分布',
    tidy: '自动整理布局',
    fit: '显示全部',
    fitSelection: '显示所选',
    zoomIn: '放大',
    zoomOut: '缩小',
    zoom100: '缩放到 100 %',
    panTool: '工具：移动画布',
    selectTool: '工具：框选',
    snap: '对齐网格',
    minimap: '小地图开关',
    theme: '浅色或深色',
    wheelPans: '鼠标滚轮：缩放或移动',
    help: '快捷键与手势',
    commands: '全部命令',
    moveLeft: '左移',
    moveRight: '右移',
    moveUp: '上移',
    moveDown: '下移',
    nextProblem: '转到下一个问题',
    cancel: '取消，或取消选择',
  },

  keys: {
    Mod: 'Ctrl',
    Shift: 'Shift',
    Delete: 'Del',
    Escape: 'Esc',
    Enter: 'Enter',
  },

  groups: {
    edit: '编辑',
    nodes: '节点',
    arrange: '排列',
    view: '视图',
    app: '应用',
    run: '运行',
    files: '文件',
  },

  help: {
    title: '快捷键与手势',
    gestures: '鼠标与触摸',
    rows: [
      ['拖动背景', '移动画布'],
      ['滚轮或双指捏合', '以指针为中心缩放'],
      ['Shift + 拖动', '框选'],
      ['Shift + 单击', '加入所选或从所选中移除'],
      ['双击背景', '添加节点'],
      ['从端口拖动', '连接；放到背景上则添加匹配的节点'],
      ['拖动连线', '使其经过一个点；双击该点可删除'],
      ['将节点放到连线上', '插入到该处'],
      ['右键单击', '指针下对象的菜单'],
      ['空格 + 拖动，鼠标中键', '在任意位置移动画布'],
    ],
  },

  palette: {
    placeholder: '搜索命令',
    nothing: '没有这个命令',
  },

  messages: {
    undid: (label) => `已撤销：${label}`,
    redid: (label) => `已重做：${label}`,
    connected: (from, to) => `已将 ${from} 连接到 ${to}`,
    nothingToPaste: '剪贴板中没有工作流。',
    notCopied: '浏览器不允许此页面写入剪贴板。请使用 Ctrl+C 或 Ctrl+X。',
    clipboardBlocked: '浏览器不允许此页面读取剪贴板。请使用 Ctrl+V。',
    copied: (count) => `已复制 ${number(count)} 项`,
    notSaved: '更改未能保存在此浏览器中。',
    selected: (count) => `已选择 ${number(count)} 项`,
    nodes: (count) => `${number(count)} 个节点`,
    problems: (count) => `${number(count)} 个问题`,
  },

  viewer: { next: '下一张', previous: '上一张', compare: '与下一张比较' },

  time: { justNow: '刚刚' },

  run: {
    run: '运行',
    runTip: '运行工作流',
    runTo: '运行到所选节点',
    stop: '停止',
    stopTip: '取消此页面启动的运行',
    count: '运行次数',
    countTip: '运行次数\n每次运行使用下一个种子。',
    live: '实时',
    liveTip: '每次更改后重新运行',
    liveOn: '实时模式已开：每次更改立即运行',
    liveOff: '实时模式已关',
    started: (count) => (count === 1 ? '已开始运行' : `${number(count)} 次运行已加入队列`),
    ended: (state: RunState, count) => {
      if (state === 'succeeded') return count === 0 ? '运行完成' : `运行完成：${images(count)}`;
      return state === 'cancelled' ? '运行已取消' : '运行失败';
    },
    fieldRefused: (problem) => `运行前请修正此字段。${problem}`,
    nothingToRun: '还没有可运行的内容。双击画布添加节点，或打开模板。',
    refused: (count, first) => (count === 1 ? first : `有 ${count} 个问题导致无法运行。${first}`),
    unreachable: '服务器没有响应，因此未启动任何运行。请稍后再试。',
    workerRestarted: '工作进程崩溃后已重新启动；运行继续。',
    retry: '重试',
    show: '显示节点',
    dismiss: '关闭消息',
    progress: '运行进度',
    timeLeft: (time) => `剩余 ${time}`,
    working: '运行中 …',
    percent: (percent) => `${percent} %`,
    missed: { succeeded: '✓', failed: '失败：' },
    waiting: (index) => (index === 0 ? '队列中的下一个' : `队列中第 ${index + 1} 个`),
  },

  forecast: {
    copies: (running, count) => `${running} / ${count}`,
    nothing: '已是最新',
    summary: (count, time) => `${number(count)} 个节点${time === undefined ? '' : ` · ${time}`}`,
    title: '现在运行会执行的内容',
    cached: '已缓存',
    unknown: '时间未知',
    total: '合计',
    memory: '模型峰值内存',
    about: (size) => `约 ${size}`,
    cacheUnknown: '服务器繁忙，无法得知缓存情况。',
    tip: '将运行哪些节点，需要多长时间',
  },

  queue: {
    title: '队列',
    running: '运行中',
    waiting: '等待中',
    ended: '已完成',
    empty: '队列为空。',
    cancel: (title) => `取消 ${title}`,
    cancelAll: '全部取消',
    front: (title) => `下一个运行 ${title}`,
    retry: (title) => `重新运行 ${title}`,
    pause: '暂停队列',
    resume: '继续',
    paused: '队列已暂停',
    place: (index) => `${index}.`,
    attempt: (attempt) => `第 ${attempt} 次尝试`,
    states: {
      queued: '等待中',
      running: '运行中',
      succeeded: '完成',
      failed: '失败',
      cancelled: '已取消',
    },
    images,
    cannotWork: (reason) => `服务器目前无法运行：${reason}`,
    own: '本页',
  },

  workers: {
    title: '工作进程',
    asking: '正在询问服务器 …',
    none: '没有已连接的工作进程。',
    summary: (count, busy) => `${number(count)} 个工作进程，${busy} 个正在运行`,
    phases: {
      starting: '正在启动',
      idle: '空闲',
      busy: '工作中',
      stopping: '正在停止运行',
      restarting: '正在重启',
      closed: '正在退出',
    },
    id: '工作进程',
    own: '服务器自带',
    device: '设备',
    deviceUnknown: '尚不清楚',
    memory: '内存',
    free: (size) => `可用 ${size}`,
    checkpoints: 'Checkpoint',
    noCheckpoints: '无',
    since: '开始于',
    between: '节点切换中',
    at: (node, step, steps) => (step === undefined ? node : `${node} · 第 ${step} / ${steps} 步`),
    progress: (title) => `${title} 中节点的进度`,
    lastExit: (when, detail) => `${when}意外停止：${detail}`,
  },

  connection: {
    lost: (seconds) => `与服务器的连接已断开。${seconds > 0 ? `${seconds} 秒后重试` : '正在重试'} …`,
    connecting: '正在连接服务器 …',
    notConnected: '未连接服务器，因此无法运行。页面会自动重新连接。',
    back: '已重新连接',
    signedOut: '您已退出登录。请打开服务器启动时显示的地址，或输入其令牌。',
    signIn: '服务器启动时会显示带令牌的地址：http://…/#t=…',
    token: '令牌',
    signInButton: '登录',
    retry: '立即重试',
    kept: '您的工作已保存在此浏览器中。',
  },

  part: {
    failed: '页面的这一部分无法加载。您的工作不受影响。',
    upgraded: '服务器上有此页面的新版本，这一部分属于新版本。',
    tryAgain: '重试',
    reload: '重新加载页面',
    reloadNew: '加载新版本',
    unknown: '未说明原因',
  },

  files: {
    library: '工作流库',
    save: '保存',
    saveTip: '保存到工作流库',
    saveAs: '另存为 …',
    open: '打开文件 …',
    newFile: '新建工作流',
    more: '文件',
    downloadJson: '下载为 JSON',
    downloadPng: '下载为 PNG',
    copyLink: '复制包含此工作流的链接',
    versions: '版本 …',
    remove: (name) => `删除 ${name}`,
    removed: (name) => `已删除 ${name}；其版本仍保留`,
    saved: (name) => `已保存为 ${name}`,
    saveFailed: (reason) => `未保存：${reason}`,
    opened: (name) => `已打开 ${name}`,
    openFailed: (name, reason) => `未能打开 ${name}：${reason}`,
    notAWorkflow: '其中没有工作流。',
    linkCopied: '链接已复制到剪贴板。在此登录的任何人都可以打开它，并以只读方式查看此工作流。',
    linkIs: '此工作流的链接',
    linkTooLong: '此工作流太大，无法放入链接。请下载为文件。',
    longLink: (characters, limit) => `链接有 ${characters} 个字符；上限为 ${limit}。请改为发送文件。`,
    unpacksTooLarge: (limitBytes) => `解压后超过上限 ${limitBytes} 字节。`,
    notDrawn: '无法生成图像。',
    unsaved: '保存后有更改',
    search: '搜索工作流',
    mine: '已保存的工作流',
    templates: '模板',
    needsDownload: '需要下载',
    none: '尚未保存任何内容。按 Ctrl+S 将此工作流保存在这里。',
    noMatch: '没有该名称的工作流',
    savedAt: (when) => `保存于${when}`,
    dropHere: '拖放工作流，或此处或 ComfyUI 生成的图像，即可打开',
    name: '名称',
    notAName: (name) => `“${name}”不能用作名称。请输入其他名称。`,
    replace: '替换',
    cancel: '取消',
    close: '关闭',
  },

  comfyui: {
    downloadPage: '下载为 ComfyUI 工作流',
    downloadApi: '下载为 ComfyUI 工作流（API 格式）',
    leftOut: (names) => `已省略，因为 ComfyUI 没有这些节点：${names}`,
    notExported: (reason) => `未导出：${reason}`,
    title: (name) => `${name} 来自 ComfyUI`,
    whole: (count) => `全部 ${count} 个节点在这里都有对应节点。`,
    partly: (found, count) =>
      `${count} 个节点中有 ${found} 个在这里有对应节点。其余的作为占位节点保留，并会原样导出到 ComfyUI。`,
    became: '变为',
    likeness: { exact: '相同', alike: '类似', absorbed: '并入', placeholder: '缺失' },
    leftAlone: '无',
    done: '显示图',
  },

  unsaved: {
    title: '保存更改？',
    body: (name) => `“${name}”有尚未保存到工作流库的更改。打开其他工作流会替换此标签页中的内容。`,
    save: '保存后打开',
    discard: '不保存直接打开',
  },

  conflict: {
    title: '其他人刚刚保存了此工作流',
    body: (name, when) =>
      `“${name}”${when}在另一个标签页或由其他人保存。无论如何选择都不会丢失内容：所有版本都会保留。`,
    early: (name) => `“${name}”刚刚在别处保存。您保存时会询问保留哪个版本。`,
    deleted: (name) => `“${name}”在另一个标签页或由其他人删除。您的版本仍在这里。`,
    mine: '保留我的',
    mineTip: '将我的版本保存为最新版本',
    theirs: '使用对方的',
    theirsTip: '在此显示对方的版本；我的版本会先以其他名称保存',
    both: '两者都保留',
    bothTip: '以新名称保存我的版本',
    copyName: (name) => `${name}（我的副本）`,
    exists: (name) => `已有名为“${name}”的工作流。替换后，其当前内容会作为版本保留。`,
  },

  versions: {
    title: (name) => `${name} 的版本`,
    current: '最新',
    restore: '恢复',
    look: '查看',
    restored: (revision) => `版本 ${revision} 现在是最新版本`,
    revision: (revision) => `版本 ${revision}`,
  },

  readOnly: {
    shared: '您正在查看共享的工作流。可以运行，但不能更改。',
    output: '您正在查看生成某张图像的工作流。',
    version: (revision) => `您正在查看版本 ${revision}。`,
    copy: '创建副本以编辑',
  },

  results: {
    title: '结果',
    ofThis: '此工作流',
    all: '全部',
    empty: '运行生成的图像会显示在这里。',
    view: (name) => `查看 ${name} 原图`,
    openAsWorkflow: '在新标签页中打开其工作流',
    download: '下载',
    which: '显示哪些结果',
  },

  outline: {
    title: '大纲',
    label: '按执行顺序排列的节点和端口',
    hint: '方向键移动，Enter 转到卡片，C 连接，Delete 删除。',
    add: '添加节点',
    open: '未连接',
    optional: '可选',
    unused: '未使用',
    connect: (port) => `连接 ${port}`,
    connectTo: (port) => `将 ${port} 连接到`,
    nothingFits: (type) => `这里没有可与 ${type} 连接的端口。`,
    disconnect: (port) => `断开 ${port}`,
    connectedNow: (from, to) => `已将 ${from} 连接到 ${to}`,
    disconnected: (port) => `已断开 ${port}`,
    added: (title) => `已添加 ${title}`,
    removed: (title) => `已删除 ${title}`,
    input: '输入',
    output: '输出',
    empty: '还没有节点。',
    show: '节点大纲',
  },

  gallery: {
    title: '图库',
    open: '图库：在此生成的所有图像',
    close: '返回节点图',
    search: '搜索图像',
    searchHint: 'heart  -blue  steps>20  date:2026-11',
    count: images,
    anyModel: '所有模型',
    anyMonth: '所有时间',
    model: '模型',
    month: '月份',
    order: '排序',
    newest: '最新优先',
    oldest: '最早优先',
    starred: '已加星标',
    deleted: '已删除',
    clean: '清理 …',
    help: '如何搜索',
    helpLines: [
      ['red heart', '两个词都有；搜索提示词、标题或模型；词的开头即可'],
      ['"red heart"', '完全按此顺序的词'],
      ['-blue', '不含该词'],
      ['prompt:… negative:… title:… model:…', '仅在该项中'],
      ['steps>20 seed=42 scheduler:ddim', '任意节点的任意设置'],
      ['model="sd21-unclip-h"', '仅此 Checkpoint'],
      ['width>=768 date:2026-11 date<2026', '尺寸和时间'],
      ['date:today date:yesterday date:2026-11-01..2026-11-24', '本地时间'],
      ['is:starred is:deleted', '已加星标或已删除的图像'],
    ],
    grid: '图像。方向键移动，Enter 打开，空格选择，S 加星标，Delete 删除。',
    image: (title, prompt) => (prompt === '' ? title : `${title}：${prompt}`),
    arrived: (count) => `${number(count)} 张新图像：显示`,
    empty: '还没有图像。工作流保存的图像会显示在这里。',
    noMatch: '未找到图像。',
    nothingDeleted: '最近 30 天内没有删除任何图像。',
    clearSearch: '显示所有图像',
    likeThis: '与此相似',
    backToAll: '所有图像',
    noneLike: '尚未分析其他图像。没有运行时会自动进行。',
    selected: (count) => `已选择 ${number(count)} 张`,
    selectedFirst: (count) => `已选择前 ${number(count)} 张`,
    clear: '取消选择',
    star: '加星标',
    unstar: '取消星标',
    compare: '比较',
    compareTip: '比较两到四张图像',
    remove: '删除',
    restore: '恢复',
    undo: '撤销',
    removed: (count) => `已删除 ${images(count)}`,
    restored: (count) => `已恢复 ${images(count)}`,
    failed: (reason) => `操作失败：${reason}`,
    previous: '上一张图像',
    next: '下一张图像',
    download: '下载',
    more: '相似图像',
    openHere: '打开其工作流',
    openTab: '在新标签页中打开其工作流',
    use: '在我的图中使用',
    closeImage: '返回所有图像',
    settings: '设置',
    searchFor: (text) => `查找含 ${text} 的图像`,
    noSettings: '此图像没有生成信息。',
    prompt: '提示词',
    made: (when) => `生成于 ${when}`,
    differences: '差异',
    noDifferences: '它们的生成方式相同。',
    against: (a, b) => `A 为图像 ${a}，B 为图像 ${b}`,
    slider: '滑块',
    sideBySide: '并排',
    zoomHint: '滚轮缩放，拖动移动；所有图像同步。',
    cleanTitle: '删除所有未加星标的图像？',
    cleanBody: (count, size) => `将删除 ${images(count)}（${size}）。30 天内可以恢复。`,
    cleanNothing: '所有图像都已加星标，没有可删除的。',
    cleanGo: (count) => `删除 ${images(count)}`,
    keepAll: '保留',
  },

  sharing: {
    share: '分享链接 …',
    title: (name) => `${name} 的分享链接`,
    about: '分享链接无需令牌，任何拥有链接的人都可使用，直到过期或被撤销。它不提供对其他内容的访问。',
    none: '没有有效的链接。',
    kind: '显示内容',
    kinds: {
      view: '工作流，供查看',
      form: '表单，供运行',
    },
    newest: '始终为最新版本',
    revision: (revision) => `版本 ${revision}`,
    days: '有效期（天）',
    runsPerHour: '每小时运行次数',
    make: '创建链接',
    made: '链接已复制到剪贴板。只在此显示一次：',
    madeOnly: '链接只在此显示一次：',
    revoke: '撤销',
    revoked: '链接已失效。',
    until: (when) => `有效期至 ${when}`,
    failed: (reason) => `操作失败：${reason}`,
    looking: '您正在查看共享的工作流。在此不能运行或保存。',
    onlyToLook: '此链接仅用于查看工作流。',
    chooseImage: (label) => `${label}：选择图像`,
    noImage: '选择图像，或拖放到此处',
    sending: '正在发送 …',
    cancel: '取消',
    waiting: '正在排队 …',
    step: (step, steps) => `第 ${step} / ${steps} 步 …`,
  },

  structure: {
    newTitle: (index) => (index === 1 ? '分组' : `分组 ${index}`),
    make: '用所选创建子图',
    dissolve: '解散子图',
    enter: '打开子图',
    leave: '离开子图',
    path: '当前位置',
    whole: '工作流',
    made: '已创建子图。原有的连接成为其端口。',
    between: (names) => `所选内容不能合为一个节点：${names} 位于其节点之间。请将其一并选中，或去掉一端。`,
    sweepsOutside: (names) => `所选内容不能合为一个节点：${names} 改变外部节点的参数。请一并选中该节点。`,
    notDissolved: '只能解散未被绕过的子图。',
    makeInput: '设为工作流的输入',
    removeInput: '已是工作流的输入：取消',
    promote: '在子图节点上显示',
    demote: '已在子图节点上显示：隐藏',
    panel: '输入和端口',
    inputsTitle: '工作流的输入',
    noInputs: '还没有。点击参数旁的图钉可将其设为输入，供表单、命令行和程序按名称设置。',
    inputName: (name) => `${name} 的标签`,
    remove: (name) => `删除 ${name}`,
    earlier: (name) => `上移 ${name}`,
    openForm: '打开表单',
    shareForm: '分享表单 …',
    subgraphTitle: '标题',
    portsTitle: { inputs: '输入', outputs: '输出', params: '参数' },
    noPorts: '无。',
    addPort: { inputs: '添加输入 …', outputs: '添加输出 …' },
    fedBy: (port) => `来自子图的输入 ${port}`,
    givenAs: (port) => `子图的输出 ${port}`,
    portName: (kind, name) => `${kind} ${name} 的名称`,
    portKinds: { inputs: '输入', outputs: '输出', params: '参数' },
    nameTaken: (name) => `名称“${name}”已被使用，或含有字母、数字、“_”和“-”以外的字符。`,
    form: '表单',
    closeForm: '返回节点图',
    run: '运行',
    running: '运行中 …',
    newSeed: '换一个种子',
    noResults: '结果会显示在这里。',
    nothingToSet: '此工作流没有输入。在图中用图钉固定参数，即可显示在这里。',
    results: '结果',
    result: (index) => `结果 ${index}`,
    failed: (message) => `失败：${message}`,
    axisNone: '无',
    addImages: '从磁盘添加图像',
    addFromLibrary: '添加服务器上的图像',
    library: '添加 …',
    dropImages: '将图像拖放到此处，或每行输入一个名称',
    uploading: (index, count) => `正在上传 ${index} / ${count} …`,
  },

  models: {
    title: '模型',
    pickerTitles: {
      checkpoint: '选择 Checkpoint',
      lora: '选择 LoRA',
      vae: '选择 VAE',
      vision: '选择 CLIP 视觉模型',
      upscaler: '选择放大模型',
      embedding: '选择嵌入',
      'image-embeds': '选择图像嵌入',
      controlnet: '选择 ControlNet',
      'ip-adapter': '选择 IP-Adapter',
    },
    anyPickerTitle: (type) => `选择模型（${type}）`,
    search: '搜索模型',
    searchHint: '名称、系列或触发词',
    allTypes: '所有类型',
    type: '类型',
    types: {
      checkpoint: 'Checkpoint',
      lora: 'LoRA',
      vae: 'VAE',
      vision: 'CLIP 视觉',
      upscaler: '放大模型',
      embedding: '嵌入',
      'image-embeds': '图像嵌入',
      controlnet: 'ControlNet',
      'ip-adapter': 'IP-Adapter',
    },
    loading: '正在读取模型 …',
    nothing: '没有匹配搜索的模型。',
    nothingInstalled: '未安装此类型的模型。',
    count: (count, size) => `${number(count)} 个模型，${size}`,
    free: (size) => `可用 ${size}`,
    failed: (reason) => `操作失败：${reason}`,
    managedElsewhere: '由别处管理',
    managed: '在此下载',
    broken: '无法使用',
    unfit: (family, checkpoint) => `适用于 ${family}；与 ${checkpoint} 不匹配。`,
    triggerWords: '触发词',
    copyWords: '复制触发词',
    copied: '已复制',
    details: {
      label: '详细信息',
      none: '选择模型以查看详细信息。',
      family: '适用于',
      fits: '匹配',
      fitsAll: '任意 Checkpoint',
      fitsNone: '没有已安装的 Checkpoint',
      precision: '精度',
      size: '大小',
      path: '路径',
      from: '来源',
      license: '许可证',
      unknown: '未知',
      check: '检查所有权重',
      checking: '正在读取所有权重 …',
      sound: '正常：所有权重齐全。',
      delete: '删除',
      deleteHelp: '7 天内可以恢复。',
      elsewhere: '由别处管理：不是在此下载的，因此不能在此删除。',
    },
    deleted: (name) => `已删除 ${name}。`,
    undo: '撤销',
    trash: '回收站',
    keptUntil: (date) => `保留至 ${date}`,
    restore: '恢复',
    purge: '永久删除',
    download: {
      title: '下载模型',
      start: '下载 …',
      repository: 'Hub 上的仓库',
      hint: '所有者/名称',
      lookUp: '查询',
      lookingUp: '正在查询 Hub …',
      file: '文件',
      chooseFile: '选择文件',
      half: '半精度 (fp16)',
      files: (count, size) => `${number(count)} 个文件，${size}`,
      noRoom: (free) => `磁盘仅剩 ${free}。`,
      license: (name) => `许可证：${name}`,
      noLicense: 'Hub 未标明许可证。请查看模型页面。',
      readLicense: '阅读',
      accept: '我已阅读并接受许可证',
      gated: '此模型需要授权：请在 Hub 上接受其条款，并通过 HF_TOKEN 将该账户的令牌提供给服务器。',
      go: (size) => `下载 ${size}`,
      close: '关闭',
    },
    downloads: '下载',
    states: {
      waiting: '等待中',
      running: '下载中',
      failed: '失败',
      done: '完成',
    },
    progress: (done, all) => `${done} / ${all}`,
    unverified: (files) => `Hub 没有 ${files.join('、')} 的校验和：仅检查了大小。`,
    resume: '重试',
    cancel: (name) => `取消下载 ${name}`,
    remove: (name) => `从列表中移除 ${name}`,
  },

  diagnostics,
};

const PORTS = { input: '输入', output: '输出', param: '参数' } as const;

function expectation({
  rule: broken,
  expected,
}: {
  readonly rule?: ParamRule | undefined;
  readonly expected: string;
}): string {
  return broken === undefined ? ` ${expected}` : rule(broken);
}

function rule(broken: ParamRule): string {
  switch (broken.kind) {
    case 'number':
      return ` ${broken.min} 到 ${broken.max} 的数`;
    case 'integer':
      return broken.multipleOf === undefined
        ? ` ${broken.min} 到 ${broken.max} 的整数`
        : ` ${broken.min} 到 ${broken.max} 之间 ${broken.multipleOf} 的倍数`;
    case 'seed':
      return ` 0 到 ${broken.max} 的整数`;
    case 'seed-in-quotes':
      return `带引号的种子（大于 ${broken.above} 时），例如 "${broken.max}"，因为这么大的数会被舍入`;
    case 'boolean':
      return ' true 或 false';
    case 'text':
      return '文本';
    case 'text-length':
      return `最多 ${broken.max} 个字符的文本`;
    case 'pattern':
      return ` ${broken.meaning}`;
    case 'choice':
      return `${names(broken.options)}之一`;
    case 'image':
      return '图像名称';
    case 'checkpoint':
      return broken.model === undefined ? ' Checkpoint 名称' : `类型为${quote(broken.model)}的模型名称`;
    default:
      return unreachable(broken);
  }
}

function within(subgraph: string | undefined): string {
  return subgraph === undefined ? '' : `子图${quote(subgraph)}中的`;
}

function at({ line, column }: { readonly line?: number | undefined; readonly column?: number | undefined }): string {
  return line === undefined ? '' : `（第 ${line} 行，第 ${column} 列）`;
}

function meant(similar: readonly string[]): string {
  return similar.length === 0 ? '' : `是否指${anyOf(similar, true)}？`;
}

function known(what: string, list: readonly string[], none: string): string {
  return list.length === 0 ? none : `${what}有：${names(list)}。`;
}

function sources(type: string, givenBy: readonly string[]): string {
  return givenBy.length === 0 ? `没有节点类型输出 ${type}。` : `请连接 ${anyOf(givenBy)}。`;
}

function many(count: number): string {
  return counted(count, '超过 10^15');
}
