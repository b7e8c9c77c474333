// The read-only diagram: draws a definition and paints on it where the cases stand.
// The licence of bpmn-js asks that the bpmn.io mark (.bjs-powered-by) stays visible and uncovered: leave it alone.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import i18n from './i18n-zh.js';
import spiffworkflow from './spiff-moddle.json';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';

const LEVELS = ['done', 'active', 'late', 'waiting', 'paused'];
const WORDS = { done: '✓ 已办', active: '办理中', late: '已超期', waiting: '等待中', paused: '暂停计时' };
const BADGE = 'token';

/** A viewer in `container`: drag to move, Ctrl + wheel to zoom; the plain wheel keeps scrolling the page. */
export function createViewer(container) {
  const viewer = new NavigatedViewer({ container, additionalModules: [i18n], moddleExtensions: { spiffworkflow } });
  container.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  }, true);
  panByTouch(viewer, container);
  return viewer;
}

// diagram-js moves the canvas by mouse only
function panByTouch(viewer, container) {
  let last = null;
  container.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' && event.isPrimary) last = event;
  });
  container.addEventListener('pointermove', (event) => {
    if (!last || event.pointerId !== last.pointerId) return;
    viewer.get('canvas').scroll({ dx: event.clientX - last.clientX, dy: event.clientY - last.clientY });
    last = event;
  });
  for (const end of ['pointerup', 'pointercancel']) container.addEventListener(end, () => { last = null; });
}

/** The words of a badge: the given label, else the counts, else what the level means. */
export function badgeText({ level, count, overdue, label }) {
  if (label) return label;
  if (count == null) return typeof overdue === 'number' && overdue > 0 ? `超期 ${overdue} 日` : WORDS[level];
  return overdue ? `${count} 件 · 超期 ${overdue}` : `${count} 件`;
}

/**
 * Paint `states` = { elementId: { level: 'done'|'active'|'late'|'waiting'|'paused', count?, overdue?, label? } } and
 * remove what was painted before. With `count`, `overdue` counts cases; without it, days of this one case.
 * Ids that the drawing does not hold are skipped; a badge without count or label is set on activities and events
 * where a case stands now, and on finished activities.
 */
export function paint(viewer, states) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  overlays.remove({ type: BADGE });
  registry.forEach(({ id }) => LEVELS.forEach((level) => canvas.removeMarker(id, `st-${level}`)));
  for (const [id, state] of Object.entries(states)) {
    const element = registry.get(id);
    if (!element || !LEVELS.includes(state.level)) continue;
    canvas.addMarker(id, `st-${state.level}`);
    if (needsBadge(element, state)) overlays.add(id, BADGE, { position: { top: -12, left: 28 }, html: badge(state) });
  }
}

function needsBadge(element, { level, count, label }) {
  if (element.waypoints) return false;
  if (count != null || label) return true;
  return level !== 'done' || /Task$|SubProcess$|CallActivity$/.test(element.type);
}

function badge(state) {
  const span = document.createElement('span');
  span.className = `token-badge token-${state.level}`;
  span.textContent = badgeText(state);
  return span;
}

/**
 * Fit the drawing into its container; when that makes the words unreadable (a phone), come closer and centre on
 * `focusId` instead.
 */
export function show(viewer, focusId) {
  const canvas = viewer.get('canvas');
  const element = focusId && viewer.get('elementRegistry').get(focusId);
  const scale = canvas.zoom('fit-viewport', 'auto');
  if (!element || scale >= 0.5) return;
  canvas.zoom(1);
  const box = canvas.viewbox();
  const centre = { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  canvas.viewbox({ ...box, x: centre.x - box.width / 2, y: centre.y - box.height / 2 });
}
