// The heat view: warm spots on the steps of a drawing, each with its numbers and a link to its cases.
import { createViewer } from './vendor/viewer.js';
import { fitWidth } from './fit.js';
import './statistics.js';

const SVG = 'http://www.w3.org/2000/svg';
// From the middle outwards: offset, colour, and how much of the spot's own strength is left there.
const STOPS = [['0', '#ff8a65', 0.95], ['0.4', '#ffb74d', 0.75], ['0.75', '#ffe082', 0.4], ['1', '#fff8e1', 0]];
const box = document.getElementById('diagram');
const heat = JSON.parse(box.dataset.heat);

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

function warm(layer, element, strength, number) {
  const gradient = make('radialGradient', { id: `heat-${number}` }, layer);
  for (const [offset, colour, left] of STOPS) {
    make('stop', { offset, 'stop-color': colour, 'stop-opacity': left * (0.3 + 0.7 * strength) }, gradient);
  }
  const reach = 0.55 + 0.55 * strength;
  make('ellipse', {
    cx: element.x + element.width / 2, cy: element.y + element.height / 2,
    rx: element.width * reach, ry: element.height * (reach + 0.25), fill: `url(#heat-${number})`,
  }, layer);
}

function badge({ badge: words, url, is_late: isLate }) {
  const node = document.createElement(url ? 'a' : 'span');
  if (url) node.href = url;
  node.className = `token-badge ${isLate ? 'token-late' : 'token-done'}`;
  node.textContent = words;
  return node;
}

function wire(viewer) {
  const acts = {
    in: () => viewer.get('zoomScroll').stepZoom(1),
    out: () => viewer.get('zoomScroll').stepZoom(-1),
    fit: () => fitWidth(viewer, box),
  };
  document.querySelectorAll('[data-zoom]').forEach((button) => {
    button.addEventListener('click', () => acts[button.dataset.zoom]());
  });
  viewer.on('element.click', ({ element }) => {
    const url = heat[element.id]?.url;
    if (url) location.assign(url);
  });
}

async function draw() {
  const response = await fetch(box.dataset.src, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status}`);
  const xml = await response.text();
  const viewer = createViewer(box);
  await viewer.importXML(xml);
  const layer = viewer.get('canvas').getLayer('heat', 1);
  layer.setAttribute('pointer-events', 'none');
  Object.entries(heat).forEach(([id, spot], number) => {
    const element = viewer.get('elementRegistry').get(id);
    if (!element) return;
    if (spot.heat > 0) warm(layer, element, spot.heat, number);
    viewer.get('overlays').add(id, 'heat', { position: { top: -12, left: 4 }, html: badge(spot) });
  });
  // The whole of it at first: a heat picture compares its steps.
  fitWidth(viewer, box);
  wire(viewer);
  box.querySelector('svg').setAttribute('aria-label', box.dataset.label);
  box.dataset.drawn = '';
}

draw().catch((error) => {
  console.error(error);
  const note = document.createElement('p');
  note.className = 'alert alert-warning';
  note.setAttribute('role', 'alert');
  note.textContent = '流程图未能显示，请稍后刷新；数据见下表。';
  box.replaceChildren(note);
});
