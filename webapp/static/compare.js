// Two drawings beside one another: what the server found different is marked on both, and they move together.
// The words come from the server, so the pictures and the list never contradict one another.
import { createViewer } from './vendor/viewer.js';

const SIGNS = { added: '＋ 新增', removed: '－ 删除', changed: '✎ 修改', moved: '⇄ 移动' };

async function draw(box) {
  const response = await fetch(box.dataset.src, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status} ${box.dataset.src}`);
  const xml = await response.text();
  const viewer = createViewer(box);
  await viewer.importXML(xml);
  mark(viewer, JSON.parse(box.dataset.marks));
  box.querySelector('svg').setAttribute('aria-label', box.dataset.label);
  return viewer;
}

function mark(viewer, marks) {
  const registry = viewer.get('elementRegistry');
  for (const [id, kind] of Object.entries(marks)) {
    const element = registry.get(id);
    if (!element || !SIGNS[kind]) continue;
    viewer.get('canvas').addMarker(id, `mark-${kind}`);
    const badge = document.createElement('span');
    badge.className = `diff-badge diff-${kind}`;
    badge.textContent = element.waypoints ? SIGNS[kind][0] : SIGNS[kind];
    viewer.get('overlays').add(id, 'diff', { position: place(element), html: badge });
  }
}

function place(element) {
  if (!element.waypoints) return { top: -10, left: 4 };
  const at = element.waypoints[Math.floor((element.waypoints.length - 1) / 2)];
  const next = element.waypoints[Math.floor((element.waypoints.length - 1) / 2) + 1];
  const left = Math.min(...element.waypoints.map((point) => point.x));
  const top = Math.min(...element.waypoints.map((point) => point.y));
  return { left: (at.x + next.x) / 2 - left - 6, top: (at.y + next.y) / 2 - top - 8 };
}

/** Both show the same part: whoever moves takes the other along. */
function moveTogether(viewers) {
  let busy = false;
  viewers.forEach((from) => from.on('canvas.viewbox.changed', ({ viewbox }) => {
    if (busy) return;
    busy = true;
    viewers.filter((to) => to !== from).forEach((to) => {
      const canvas = to.get('canvas');
      const { outer } = canvas.viewbox();
      canvas.viewbox({ x: viewbox.x, y: viewbox.y, width: outer.width / viewbox.scale, height: outer.height / viewbox.scale });
    });
    busy = false;
  }));
}

function wire(root, viewers) {
  const pair = root.querySelector('.diff-pair');
  const [first] = viewers;
  const fit = () => first.get('canvas').zoom('fit-viewport', 'auto');
  const acts = {
    in: () => first.get('zoomScroll').stepZoom(1),
    out: () => first.get('zoomScroll').stepZoom(-1),
    fit,
  };
  root.querySelectorAll('[data-zoom]').forEach((button) => button.addEventListener('click', () => acts[button.dataset.zoom]()));
  root.querySelectorAll('[data-arrange]').forEach((button) => button.addEventListener('click', () => {
    pair.classList.toggle('is-columns', button.dataset.arrange === 'columns');
    root.querySelectorAll('[data-arrange]').forEach((one) => one.setAttribute('aria-pressed', String(one === button)));
    viewers.forEach((viewer) => viewer.get('canvas').resized());
    fit();
  }));
  fit();
  wireNext(root, viewers);
}

/** 下一处改动: one after the other in the middle of both pictures, and said aloud. */
function wireNext(root, viewers) {
  const ids = [...new Set([...root.querySelectorAll('[data-marks]')].flatMap((box) => Object.keys(JSON.parse(box.dataset.marks))))];
  const button = root.querySelector('[data-next]');
  button.hidden = !ids.length;
  let at = -1;
  button.addEventListener('click', () => {
    const old = ids[at];
    at = (at + 1) % ids.length;
    viewers.forEach((viewer) => {
      if (old && viewer.get('elementRegistry').get(old)) viewer.get('canvas').removeMarker(old, 'mark-here');
      if (viewer.get('elementRegistry').get(ids[at])) viewer.get('canvas').addMarker(ids[at], 'mark-here');
    });
    const shown = viewers.slice().reverse().find((viewer) => viewer.get('elementRegistry').get(ids[at]));
    if (shown) centre(shown, shown.get('elementRegistry').get(ids[at]));
    const line = document.getElementById(`c-${ids[at]}`);
    root.querySelector('[data-said]').textContent = `第 ${at + 1} 处，共 ${ids.length} 处：${line ? line.innerText : ids[at]}`;
  });
}

function centre(viewer, element) {
  const canvas = viewer.get('canvas');
  const point = element.waypoints ? element.waypoints[0] : { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const { outer } = canvas.viewbox();
  const scale = Math.max(canvas.zoom(), 0.8);
  canvas.viewbox({ x: point.x - outer.width / scale / 2, y: point.y - outer.height / scale / 2, width: outer.width / scale, height: outer.height / scale });
}

async function begin(root) {
  const boxes = [...root.querySelectorAll('.diff-picture')];
  try {
    const viewers = await Promise.all(boxes.map(draw));
    moveTogether(viewers);
    wire(root, viewers);
    root.dataset.drawn = '';
  } catch (error) {
    console.error(error);
    const note = document.createElement('p');
    note.className = 'alert alert-warning';
    note.setAttribute('role', 'alert');
    note.textContent = '流程图未能显示，改动以文字清单为准。';
    root.replaceChildren(note);
  }
}

document.querySelectorAll('[data-compare]').forEach(begin);
