// The editor of a draft: drawing, panel, the list of problems; what is drawn is kept by itself.
// Nothing here decides anything: whether a drawing may be published is checked by the server.
import { Keeper } from './studio-keeper.js';
import { Problems } from './studio-problems.js';

const box = document.getElementById('studio');
const part = (name) => document.getElementById(`studio-${name}`);
const NARROW = window.matchMedia('(max-width: 767.98px)');
const STAY = 60_000;
const READABLE = 0.7;
const PALETTE = 125;

async function drawing() {
  const response = await fetch(box.dataset.drawing, { credentials: 'same-origin' });
  if (!response.ok || response.redirected) throw new Error('流程图没有取到');
  return response.text();
}

async function look() {
  const { createViewer, show } = await import('./vendor/viewer.js');
  const viewer = createViewer(part('canvas'));
  await viewer.importXML(await drawing());
  show(viewer);
  name(part('canvas'));
  part('state').textContent = '只能查看';
}

// the drawing can be reached by keyboard and has a name
function name(canvas) {
  const svg = canvas.querySelector('svg[data-element-id], .djs-container > svg');
  if (!svg) return;
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('role', 'application');
  svg.setAttribute('aria-label', '流程图');
}

// the whole drawing beside the palette; a large one at a size that can be read, from its upper left corner
function fit(canvas) {
  const scale = Math.max(canvas.zoom('fit-viewport', 'auto'), READABLE);
  const { inner, outer } = canvas.viewbox();
  const size = { width: outer.width / scale, height: outer.height / scale };
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - 20 / scale, ...size });
}

function history(modeler) {
  const stack = modeler.get('commandStack');
  const show = () => {
    part('undo').disabled = !stack.canUndo();
    part('redo').disabled = !stack.canRedo();
  };
  part('undo').addEventListener('click', () => stack.undo());
  part('redo').addEventListener('click', () => stack.redo());
  modeler.on('commandStack.changed', show);
}

function keys(keeper, modeler) {
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 's') {
      event.preventDefault();
      keeper.save();
    } else if (['z', 'y'].includes(key) && !event.target.closest('input, textarea, select, svg, [contenteditable]')) {
      event.preventDefault();
      modeler.get('commandStack')[key === 'y' || event.shiftKey ? 'redo' : 'undo']();
    }
  });
}

// a link or button that leads away first keeps what was drawn
function leaving(keeper) {
  box.querySelectorAll('[data-leave]').forEach((each) => each.addEventListener('click', async (event) => {
    if (!keeper.isDirty) return;
    event.preventDefault();
    if (!await keeper.save()) return;
    if (each.form) each.form.requestSubmit(each);
    else window.location.assign(each.href);
  }));
}

async function edit() {
  const { createModeler, missing } = await import('./vendor/modeler.js');
  const options = JSON.parse(box.dataset.options);
  const modeler = createModeler({ canvas: part('canvas'), panel: part('panel'), options });
  const problems = new Problems(modeler, part);
  const keeper = new Keeper(box, part, modeler, () => problems.check());
  problems.source = (body) => keeper.ask(box.dataset.check, body);
  const open = async (xml) => {
    await modeler.importXML(xml);
    fit(modeler.get('canvas'));
    name(part('canvas'));
  };
  await open(await drawing());
  keeper.opened();
  history(modeler);
  keys(keeper, modeler);
  leaving(keeper);
  modeler.on('commandStack.changed', ({ trigger }) => {
    if (trigger === 'clear') return;
    keeper.changed();
    problems.changed();
  });
  part('save').addEventListener('click', () => keeper.save());
  part('check').addEventListener('click', () => problems.check({ isAsked: true }));
  part('back').addEventListener('click', () => keeper.back(open));
  setInterval(() => keeper.stay(), STAY);
  box.studio = { modeler, missing, keeper, problems };
  problems.check();
}

(NARROW.matches ? look() : edit()).catch((fault) => {
  part('state').textContent = '没有打开';
  part('trouble').hidden = false;
  part('trouble').textContent = `流程图没有打开：${fault.message}。请刷新页面；仍打不开时，请删除本草稿或导入正确的文件。`;
});
