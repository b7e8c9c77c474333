// The case page: tabs that the address remembers (#map opens #t-map), and the diagram, drawn when first seen.
import { fitWidth } from './fit.js';
import { createViewer, paint, show } from './vendor/viewer.js';

const box = document.getElementById('diagram');
const mapTab = document.getElementById('t-map');
let drawing = null;

async function text(url) {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.text();
}

/** data-state holds either the states themselves or the address that answers them. */
async function loadStates(source) {
  if (!source) return {};
  return JSON.parse(source.trimStart().startsWith('{') ? source : await text(source));
}

function focusOf(states) {
  const ids = Object.keys(states);
  return ['late', 'active', 'paused', 'waiting'].map((level) => ids.find((id) => states[id].level === level)).find(Boolean);
}

/** data-fit: the whole picture first, where there is room to read it. */
function isWhole() { return 'fit' in box.dataset && box.clientWidth > 600; }

function wireTools(viewer, focusId) {
  const zoom = viewer.get('zoomScroll');
  const acts = {
    in: () => zoom.stepZoom(1),
    out: () => zoom.stepZoom(-1),
    fit: () => (isWhole() ? fitWidth(viewer, box) : viewer.get('canvas').zoom('fit-viewport', 'auto')),
    now: () => show(viewer, focusId),
  };
  document.querySelectorAll('[data-zoom]').forEach((button) => {
    button.addEventListener('click', () => acts[button.dataset.zoom]());
  });
}

async function draw() {
  const [xml, states] = await Promise.all([text(box.dataset.src), loadStates(box.dataset.state)]);
  box.replaceChildren();
  const viewer = createViewer(box);
  await viewer.importXML(xml);
  const focusId = focusOf(states);
  if (isWhole()) fitWidth(viewer, box);
  else show(viewer, focusId);
  paint(viewer, states);
  wireTools(viewer, focusId);
  if (box.dataset.label) box.querySelector('svg').setAttribute('aria-label', box.dataset.label);
  box.dataset.drawn = '';
}

function drawOnce() {
  if (!box || drawing) return;
  drawing = draw().catch((error) => {
    console.error(error);
    drawing = null;
    const note = document.createElement('p');
    note.className = 'alert alert-warning';
    note.setAttribute('role', 'alert');
    note.textContent = '流程图未能显示，请稍后刷新；办理情况见“办理过程”。';
    box.replaceChildren(note);
  });
}

function openTab(button) {
  if (button && !button.classList.contains('active')) window.bootstrap.Tab.getOrCreateInstance(button).show();
}

/** #map, #t-map and #p-map name a tab; any other id opens the tab that holds it (an error's link to its field). */
function followHash() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (!name) return;
  const tab = document.getElementById(`t-${name.replace(/^[tp]-/, '')}`);
  if (tab && tab.matches('[role=tab]')) { openTab(tab); return; }
  const target = document.getElementById(name);
  const pane = target && target.closest('.tab-pane');
  if (!pane) return;
  openTab(document.getElementById(pane.getAttribute('aria-labelledby')));
  target.focus();
}

document.querySelectorAll('[role=tab][id^="t-"]').forEach((button) => {
  button.addEventListener('shown.bs.tab', () => history.replaceState(history.state, '', `#${button.id.slice(2)}`));
});
// a hidden tab has no size: draw on first show
if (mapTab) mapTab.addEventListener('shown.bs.tab', drawOnce);
window.addEventListener('hashchange', followHash);
followHash();
if (!mapTab || mapTab.classList.contains('active')) drawOnce();
