// The page of a replayed case: both drawings, each with the marks of its way.
import { createViewer, paint, show } from './vendor/viewer.js';

async function draw(box) {
  const response = await fetch(box.dataset.src, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status} ${box.dataset.src}`);
  const xml = await response.text();
  const states = JSON.parse(box.dataset.state);
  const viewer = createViewer(box);
  await viewer.importXML(xml);
  show(viewer, box.dataset.focus);
  paint(viewer, states);
  wireTools(viewer, box);
  box.querySelector('svg').setAttribute('aria-label', box.dataset.label);
  box.dataset.drawn = '';
}

function wireTools(viewer, box) {
  const zoom = viewer.get('zoomScroll');
  const acts = {
    in: () => zoom.stepZoom(1),
    out: () => zoom.stepZoom(-1),
    fit: () => viewer.get('canvas').zoom('fit-viewport', 'auto'),
  };
  box.closest('section').querySelectorAll('[data-zoom]').forEach((button) => {
    button.addEventListener('click', () => acts[button.dataset.zoom]());
  });
}

document.querySelectorAll('[data-diagram]').forEach((box) => {
  draw(box).catch((error) => {
    console.error(error);
    const note = document.createElement('p');
    note.className = 'alert alert-warning';
    note.setAttribute('role', 'alert');
    note.textContent = '流程图未能显示，请稍后刷新；经过见图下列表。';
    box.replaceChildren(note);
  });
});
