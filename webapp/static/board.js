// The department board: keys, and the bar for many rows. Without this file the page's own button saves every row.
// A row itself, how it is saved and what is said of it, is in board-row.js, which is loaded before this.
'use strict';

const CHOICES = { 1: 'pass', 2: 'fail', 3: 'unverified' };

/* ---- rows and keys ---- */

const rows = new Map();

function rowOf(target) {
  const line = target && target.closest && target.closest('[data-candidate]');
  if (!line) return null;
  if (!rows.has(line)) rows.set(line, new Row(line));
  return rows.get(line);
}

function neighbour(line, step) {
  const lines = [...board.querySelectorAll('[data-candidate]')];
  return lines[lines.indexOf(line) + step];
}

function focusOn(target) {
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'nearest' });
}

function moveTo(line, name) {
  if (!line) return;
  const field = name && rowOf(line).field(name);
  focusOn(field && !field.disabled ? field : line);
}

const ON_ROW = {
  ArrowDown: (row) => moveTo(neighbour(row.line, 1)),
  ArrowUp: (row) => moveTo(neighbour(row.line, -1)),
  Enter: (row) => moveTo(row.line, row.field('basis') ? 'basis' : ''),
  ' ': (row) => row.line.querySelector('input[type=checkbox]')?.click(),
};
const IN_TEXT = {
  ArrowDown: (row, name) => moveTo(neighbour(row.line, 1), name),
  ArrowUp: (row, name) => moveTo(neighbour(row.line, -1), name),
  Escape: (row) => focusOn(row.line),
  Enter: (row, name) => (name === 'basis' ? moveTo(row.line, 'reason') : moveTo(neighbour(row.line, 1) || row.line)),
};

function keyed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
  const row = rowOf(event.target);
  if (!row || event.target.matches('button, a, summary')) return;
  const isText = event.target.matches('input[type=text]');
  const isBox = event.target.matches('input[type=checkbox]');
  const act = isText ? IN_TEXT[event.key] : ON_ROW[event.key];
  if (act && !(isBox && event.key === ' ')) {
    event.preventDefault();
    act(row, isText ? event.target.name.split('-')[0] : '');
  } else if (!isText && CHOICES[event.key]) {
    event.preventDefault();
    row.choose(CHOICES[event.key]);
  }
}

function wire() {
  document.body.append(voice);
  board.classList.add('is-live');
  board.querySelectorAll('[data-candidate]').forEach((line) => { line.tabIndex = -1; rowOf(line); });
  const first = board.querySelector('[data-candidate]');
  if (first) first.tabIndex = 0;
  board.addEventListener('keydown', keyed);
  board.addEventListener('change', (event) => {
    const row = rowOf(event.target);
    if (row && event.target.type === 'radio') row.chosen();
  });
  board.addEventListener('focusin', (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    board.querySelectorAll('.is-current').forEach((old) => { old.classList.remove('is-current'); old.tabIndex = -1; });
    row.line.classList.add('is-current');
    row.line.tabIndex = 0;
  });
  board.addEventListener('focusout', (event) => {
    const row = rowOf(event.target);
    if (row && !row.line.contains(event.relatedTarget)) row.leave();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') rows.forEach((row) => row.leave());
  });
  let isSent = false;
  board.addEventListener('submit', () => { isSent = true; });
  window.addEventListener('beforeunload', (event) => {
    if (!isSent && [...rows.values()].some((row) => row.sending || row.isDirty)) event.preventDefault();
  });
  // The page comes back after a submit with what was refused: that row first.
  focusOn(board.querySelector('[data-candidate].is-refused') || first);
}

if (board) wire();

/* ---- “all that match” takes the place of single ticks; the bar says how many ---- */

const bar = document.querySelector('[data-bulk]');
const all = bar && bar.querySelector('[data-all-matching]');

function counted() {
  const chosen = document.querySelectorAll('[data-candidate] input[type=checkbox]:checked').length;
  bar.querySelectorAll('[data-chosen]').forEach((place) => {
    place.textContent = all && all.checked ? all.dataset.allMatching : chosen;
  });
  // Without a script the fields are always there; with one they come when they are of use.
  bar.classList.toggle('is-idle', !chosen && !(all && all.checked));
}

if (bar) {
  document.addEventListener('change', (event) => { if (event.target.type === 'checkbox') counted(); });
  counted();
  window.addEventListener('pageshow', counted);
}
