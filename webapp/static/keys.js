// Keyboard first: every key does what a link or a button of the page does, and nothing else. Letters work outside of
// fields only; the box in the cheat sheet turns all of them off. Without this file everything is still done by mouse.
'use strict';

(() => {
  const TYPING = 'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])';
  const OFF = 'duoshen-shortcuts-off';
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function isOff() {
    try { return localStorage.getItem(OFF) === '1'; } catch { return false; }
  }

  function turn(off) {
    try { localStorage.setItem(OFF, off ? '1' : '0'); } catch { /* storage forbidden: keys stay on */ }
  }

  /* ---- lists: [data-inbox] ---- */

  function rows() {
    return all('[data-inbox] tbody tr').filter((row) => one('a[href]', row));
  }

  function linkOf(row) {
    return one('a[data-open]', row) || one('a[href]', row);
  }

  function current() {
    const focused = document.activeElement && document.activeElement.closest('[data-inbox] tbody tr');
    return focused || one('[data-inbox] tr.is-current');
  }

  function move(step) {
    const found = rows();
    if (!found.length) return moveCase(step);
    const next = found[Math.min(Math.max(found.indexOf(current()) + step, 0), found.length - 1)];
    linkOf(next).focus();
    next.scrollIntoView({ block: 'nearest' });
    return undefined;
  }

  function open() {
    const row = current();
    if (row) linkOf(row).click();
  }

  function pick() {
    const row = current();
    const box = row && one('input[type=checkbox][name=task_id]', row);
    if (box) box.click();
  }

  function pickAll() {
    const box = one('[data-inbox] [data-select-all]');
    if (box) box.click();
  }

  function bulk() {
    const act = one('[data-bulk-act]');
    if (act) act.focus();
  }

  /* ---- the case page: the strip beside it, claim, save, submit ---- */

  function moveCase(step) {
    const links = all('.case-list li > a');
    const next = links[links.findIndex((link) => link.hasAttribute('aria-current')) + step];
    if (next) next.click();
  }

  function next() {
    const page = one('a[rel=next]');
    if (page) page.click();
    else moveCase(1);
  }

  function claim() {
    const row = current();
    const form = row ? one('form[data-claim]', row) : one('main form[data-claim]');
    if (form) form.requestSubmit();
  }

  function save() {
    const button = one('form[data-autosave-url] button[formnovalidate][formaction]');
    if (button) button.click();
  }

  function fill() {
    const form = one('form[data-autosave-url]');
    const field = form && all('input, select, textarea', form).find((each) => each.type !== 'hidden' && each.offsetParent);
    if (field) field.focus();
  }

  /** The form one is typing in; else the one that the page is about. */
  function submit(target) {
    const form = (target.closest && target.closest('form[data-autosave-url], form[data-submit-key]'))
      || one('form[data-autosave-url], form[data-submit-key]');
    const button = form && one('button[type=submit].btn-primary:not([formaction], :disabled)', form);
    if (button) button.click();
  }

  /* ---- everywhere ---- */

  function search() {
    const field = one('[data-search]') || one('[data-list-search], input[type=search]');
    if (field) { field.focus(); field.select(); }
  }

  function help() {
    const sheet = document.getElementById('shortcuts');
    if (sheet && sheet.showModal && !sheet.open) sheet.showModal();
  }

  function go(name) {
    const link = one(`a[data-key="${name}"]`);
    if (link) link.click();
  }

  const KEYS = {
    j: () => move(1), k: () => move(-1), x: pick, a: pickAll, b: bulk, c: claim, n: next, s: save, i: fill,
    '/': search, '?': help, t: () => go('today'), m: () => go('mine'),
  };

  function onEnter(event) {
    const { target } = event;
    // Enter on a row's checkbox would submit the bulk form: open the case instead
    const free = target === document.body || target.matches('[data-inbox] tbody input[type=checkbox]');
    if (free && current()) { event.preventDefault(); open(); }
  }

  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.isComposing || event.defaultPrevented || !target.closest) return;
    if (one('dialog[open], .modal.show')) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      if (!isOff()) { event.preventDefault(); submit(target); }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (target.closest(TYPING)) {
      // back from a field to the letters
      if (event.key === 'Escape' && !isOff()) target.blur();
      return;
    }
    if (event.key === 'Enter') { onEnter(event); return; }
    const act = KEYS[event.key];
    if (!act || isOff()) return;
    event.preventDefault();
    act();
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-open-help]')) help();
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-shortcuts-toggle]')) turn(!event.target.checked);
  });
  document.addEventListener('focusin', (event) => {
    const row = event.target.closest('[data-inbox] tbody tr');
    if (!row) return;
    all('[data-inbox] tr.is-current').forEach((old) => old.classList.remove('is-current'));
    row.classList.add('is-current');
  });
  all('[data-shortcuts-toggle]').forEach((box) => { box.checked = !isOff(); });
})();
