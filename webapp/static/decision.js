// The editor of a decision table: the table, what the server proves about it, and its examples; kept by itself.
// Nothing here decides anything: whether a table may be published is checked by the server.
import { createDmn } from './vendor/dmn.js';
import { Examples } from './decision-examples.js';
import { Keeper } from './studio-keeper.js';

const box = document.getElementById('table-page');
const part = (name) => document.getElementById(`table-${name}`);
const PAUSE = 600;
const STAY = 60_000;
const marks = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, marks];

// keeps the table with its examples, otherwise as a drawing is kept
class TableKeeper extends Keeper {
  async send() {
    this.say('正在保存……');
    const sent = this.version;
    try {
      const kept = await this.ask(this.box.dataset.save, { revision: this.state.revision, ...await typed() });
      this.isDirty = sent !== this.version;
      this.show(kept);
      this.say(this.isDirty ? '有未保存的修改' : `已保存 ${kept.saved_at}`);
      this.trouble('');
      return !this.isDirty;
    } catch (fault) {
      this.failed(fault);
      return false;
    }
  }

  failed(fault) {
    super.failed(fault);
    const first = this.part('trouble').querySelector('button');
    if (first) first.textContent = '下载本窗口的决策表';
  }

  async download() {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([(await typed()).dmn], { type: 'application/xml' }));
    link.download = box.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  show(state) {
    this.state = { ...this.state, ...state };
    this.part('name').textContent = state.name;
    this.warn(state.neighbours);
  }
}

const modeler = createDmn(part('canvas'));
const keeper = new TableKeeper(box, part, modeler, () => {});
const examples = new Examples(part, JSON.parse(box.dataset.examples), changed);
let timer = 0;
let asked = 0;

async function typed() {
  const { xml } = await modeler.saveXML({ format: true });
  return { dmn: xml, examples: examples.rows };
}

function changed() {
  keeper.changed();
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

async function check() {
  const mine = ++asked;
  part('checked').textContent = '正在检查……';
  try {
    const report = await keeper.ask(box.dataset.check, await typed());
    if (mine !== asked) return;
    list(report);
    mark(report.findings);
    examples.show(report);
  } catch (fault) {
    if (mine === asked) part('checked').textContent = `没有检查：${fault.message}`;
  }
}

function list(report) {
  const found = report.findings;
  const errors = found.filter((one) => one.severity === 'error').length;
  part('checked').textContent = found.length ? `${errors} 个错误，${found.length - errors} 个提示` : '已检查';
  const lines = found.map((one) => line(`decision-${one.severity}`, `${place(one, report)}${one.message}`));
  if (!found.length) lines.push(line('decision-good', sound(report.policy)));
  lines.push(...report.overlaps.map(({ first, second, example }) => line('decision-note',
    `第 ${first} 行与第 ${second} 行重叠：${example} 时两行都符合，取第 ${first} 行。`)));
  part('list').replaceChildren(...lines);
}

function place(one, report) {
  return one.rows.length && one.place !== report.decision ? `第 ${one.rows.join('、')} 行：` : '';
}

function sound(policy) {
  if (policy === 'COLLECT') return '没有发现问题；COLLECT 的表可以不覆盖所有情况，各行也可以重叠。';
  return policy === 'UNIQUE' ? '没有发现问题；各种情况都有规则，各行互不重叠。' : '没有发现问题；各种情况都有规则，每行都可能命中。';
}

function line(kind, text) {
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = text;
  return item;
}

// by style sheet, because the editor draws its rows anew whenever it likes
function mark(found) {
  const rules = view().get('sheet').getRoot().rows;
  marks.replaceSync([...new Set(found.flatMap((one) => one.rows))].map((row) => rules[row - 1]?.id).filter(Boolean)
    .map((id) => `#table-canvas td.rule-index[data-row-id="${CSS.escape(id)}"] { background: #fdecea; box-shadow: inset 4px 0 #a3141b; }
#table-canvas td.rule-index[data-row-id="${CSS.escape(id)}"]::after { content: "！"; color: #a3141b; font-weight: 700; }`).join('\n'));
}

function view() {
  return modeler.getActiveViewer();
}

function steps() {
  const stack = view()?.get('commandStack', false);
  part('undo').disabled = !stack?.canUndo();
  part('redo').disabled = !stack?.canRedo();
}

function watch() {
  const viewer = view();
  if (!viewer || viewer.isWatched) return;
  viewer.isWatched = true;
  viewer.get('eventBus').on('commandStack.changed', () => { steps(); changed(); });
}

function keys(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
    event.preventDefault();
    document.activeElement?.blur();
    keeper.save();
  }
}

// what was typed a moment ago is kept before the page is left
function leave(event) {
  if (!keeper.isDirty || keeper.isStopped) return;
  event.preventDefault();
  const { href } = event.currentTarget;
  keeper.save().then((isKept) => { if (isKept) window.location.assign(href); });
}

async function open() {
  const response = await fetch(box.dataset.file, { credentials: 'same-origin' });
  if (!response.ok || response.redirected) throw new Error('决策表没有取到');
  await modeler.importXML(await response.text());
  const table = modeler.getViews().find((one) => one.type === 'decisionTable');
  if (!table) throw new Error('文件中没有决策表');
  await modeler.open(table);
  modeler.on('views.changed', watch);
  watch();
  keeper.opened();
  await check();
}

part('undo').addEventListener('click', () => view().get('commandStack').undo());
part('redo').addEventListener('click', () => view().get('commandStack').redo());
part('save').addEventListener('click', () => keeper.save());
document.addEventListener('keydown', keys);
for (const link of document.querySelectorAll('[data-leave]')) link.addEventListener('click', leave);
setInterval(() => keeper.stay(), STAY);
open().catch((fault) => {
  part('state').textContent = '没有打开';
  keeper.trouble(`决策表打不开：${fault.message}。可以在“全部决策表”中删除它。`);
});
