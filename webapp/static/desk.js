// Around the case: who else has it open, neighbours in the list one came from, the material beside the form.
// Without this file the page shows the same at the moment it was made, and the links work through the server.

const root = document.querySelector('[data-desk]');
const LIST = 'duoshen-list';

/* ---- who else is here: a beat every 30 seconds while the page is looked at ---- */

let isWriting = false;
let timer = null;

function csrf() {
  const field = document.querySelector('input[name=csrf_token]');
  return field ? field.value : '';
}

function told(isLeaving) {
  const data = new FormData();
  data.set('csrf_token', csrf());
  if (root.dataset.task) data.set('task', root.dataset.task);
  if (isWriting) data.set('is_writing', 'yes');
  if (isLeaving) data.set('leaving', 'yes');
  return data;
}

function showOthers(others) {
  const place = document.querySelector('[data-others]');
  const words = others.map((one) => one.words).join();
  if (!place || place.dataset.words === words) return;
  place.dataset.words = words;
  place.replaceChildren(...others.map((one) => {
    const mark = document.createElement('span');
    mark.className = `desk-other${one.is_writing ? ' is-writing' : ''}`;
    mark.textContent = one.words;
    return mark;
  }));
}

async function beat() {
  clearTimeout(timer);
  if (document.visibilityState === 'hidden') return;
  let every = 30;
  try {
    const answer = await fetch(root.dataset.desk, {
      method: 'POST', body: told(false), headers: { Accept: 'application/json' }, credentials: 'same-origin',
    });
    // A login that has ended, a case that may no longer be seen: nothing more to tell.
    if (!answer.ok || answer.redirected) { if (answer.status !== 503) return; } else {
      const found = await answer.json();
      showOthers(found.others);
      every = found.every || every;
    }
  } catch { /* offline: the next beat tries again */ }
  timer = setTimeout(beat, every * 1000);
}

function startBeats() {
  document.addEventListener('input', (event) => {
    if (isWriting || !event.target.closest('form[data-draft]')) return;
    isWriting = true;
    beat();
  });
  document.addEventListener('visibilitychange', beat);
  window.addEventListener('pagehide', () => navigator.sendBeacon(root.dataset.desk, told(true)));
  window.addEventListener('pageshow', (event) => { if (event.persisted) beat(); });
  beat();
}

/* ---- neighbours: a list page remembers its cases for this tab; the page of a case offers the next of them ---- */

function remember() {
  const rows = [...document.querySelectorAll('[data-inbox] tbody a[data-open]')].map((link) => link.href);
  if (!rows.length) return;
  const next = document.querySelector('main a[rel=next]');
  try {
    sessionStorage.setItem(LIST, JSON.stringify({ rows, at: location.href, next: next ? next.href : '' }));
  } catch { /* no storage: the neighbours are those among my tasks */ }
}

function remembered() {
  try { return JSON.parse(sessionStorage.getItem(LIST)) || null; } catch { return null; }
}

function isThis(address) {
  return new URL(address).pathname.split('/')[2] === root.dataset.number
    || new URL(address).pathname === `/tasks/${root.dataset.task}`;
}

function showNeighbours() {
  const list = remembered();
  const at = list ? list.rows.findIndex(isThis) : -1;
  if (at < 0) return;
  const goals = { '-1': list.rows[at - 1], 1: list.rows[at + 1] || list.next };
  document.querySelectorAll('[data-neighbour]').forEach((link) => {
    const goal = goals[link.dataset.neighbour];
    link.hidden = !goal;
    if (goal) link.href = goal;
    if (goal && goal === list.next && !list.rows[at + 1]) link.textContent = '列表下一页';
  });
  document.querySelector('[data-place]').textContent = `第 ${at + 1} / ${list.rows.length} 件`;
  const back = document.querySelector('[data-back-to-list]');
  back.hidden = false;
  back.href = list.at;
}

/* ---- the material beside the form ---- */

const box = document.querySelector('[data-preview-box]');

function frameOf(address, name) {
  const frame = document.createElement('iframe');
  frame.src = address;
  frame.title = name;
  return frame;
}

function setPreviewing(isOpen) {
  document.querySelectorAll('.case').forEach((place) => place.classList.toggle('previewing', isOpen));
  box.hidden = !isOpen;
}

function openPreview(link) {
  const { preview, name } = link.dataset;
  box.querySelector('[data-preview-name]').textContent = name;
  box.querySelector('[data-preview-frame]').replaceChildren(frameOf(preview, name));
  const outside = box.querySelector('[data-preview-open]');
  outside.href = preview;
  outside.hidden = false;
  document.querySelectorAll('.preview-list a').forEach((other) => {
    if (other.dataset.preview === preview && box.contains(other)) other.setAttribute('aria-current', 'true');
    else other.removeAttribute('aria-current');
  });
  setPreviewing(true);
  box.querySelector('h2').focus({ preventScroll: window.innerWidth > 991 });
}

function closePreview() {
  box.querySelector('[data-preview-frame]').replaceChildren();
  setPreviewing(false);
  const link = document.querySelector('.tab-pane.active [data-preview], .case-side .card:not([hidden]) [data-preview]');
  if (link) link.focus();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-preview], [data-preview-close]');
  if (!link || !box || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.matches('[data-preview-close]')) closePreview();
  else openPreview(link);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && box && !box.hidden && box.contains(document.activeElement)) closePreview();
});

if (root) {
  startBeats();
  showNeighbours();
} else {
  remember();
}
