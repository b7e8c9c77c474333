// Progressive enhancement for every page: without this file the same forms and links work through the server.
// Nothing here decides anything: the server checks every permission, state and value again.
'use strict';

const TYPING = 'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])';
const SHORTCUTS_OFF = 'duoshen-shortcuts-off';

function each(selector, action, root = document) {
  root.querySelectorAll(selector).forEach(action);
}

/* ---- inbox keys: j k Enter / ? c, outside fields; a [data-shortcuts-toggle] checkbox turns them off ---- */

function inboxRows() {
  return [...document.querySelectorAll('[data-inbox] tbody tr')].filter((row) => row.querySelector('a[href]'));
}

function rowLink(row) {
  return row.querySelector('a[data-open]') || row.querySelector('a[href]');
}

function currentRow() {
  const focused = document.activeElement && document.activeElement.closest('[data-inbox] tbody tr');
  return focused || document.querySelector('[data-inbox] tr.is-current');
}

function moveRow(step) {
  const rows = inboxRows();
  if (!rows.length) return;
  const at = rows.indexOf(currentRow());
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rowLink(next).focus();
  next.scrollIntoView({ block: 'nearest' });
}

function openRow() {
  const row = currentRow();
  if (row) rowLink(row).click();
}

function claimRow() {
  const row = currentRow();
  const claim = row && row.querySelector('form[data-claim], button[data-claim]');
  if (!claim) return;
  if (claim.matches('form')) claim.requestSubmit();
  else claim.click();
}

function focusSearch() {
  const field = document.querySelector('[data-search], input[type=search]');
  if (field) { field.focus(); field.select(); }
}

function openHelp() {
  const help = document.getElementById('shortcuts');
  if (help && help.showModal && !help.open) help.showModal();
}

const KEYS = { j: () => moveRow(1), k: () => moveRow(-1), '/': focusSearch, '?': openHelp, c: claimRow };

function shortcutsOff() {
  try { return localStorage.getItem(SHORTCUTS_OFF) === '1'; } catch { return false; }
}

function setShortcutsOff(off) {
  try { localStorage.setItem(SHORTCUTS_OFF, off ? '1' : '0'); } catch { /* storage forbidden: keys stay on */ }
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  const target = event.target;
  if (!target.closest || target.closest(TYPING) || document.querySelector('dialog[open], .modal.show')) return;
  if (event.key === 'Enter') {
    // Enter on a row's checkbox would submit the bulk form: open the case instead
    const free = target === document.body || target.matches('[data-inbox] tbody input[type=checkbox]');
    if (free && currentRow()) { event.preventDefault(); openRow(); }
    return;
  }
  const action = KEYS[event.key];
  if (!action || shortcutsOff()) return;
  event.preventDefault();
  action();
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-open-help]')) openHelp();
});

document.addEventListener('focusin', (event) => {
  const row = event.target.closest('[data-inbox] tbody tr');
  if (!row) return;
  each('[data-inbox] tr.is-current', (old) => old.classList.remove('is-current'));
  row.classList.add('is-current');
});

/* ---- select all ---- */

function selectable(all) {
  const scope = all.closest('table') || all.form;
  return [...scope.querySelectorAll('input[type=checkbox]')].filter((box) => box !== all && !box.disabled);
}

function countSelected(all) {
  const boxes = selectable(all);
  const chosen = boxes.filter((box) => box.checked).length;
  all.checked = boxes.length > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
  each('[data-selected-count]', (place) => { place.textContent = chosen; });
}

document.addEventListener('change', (event) => {
  const box = event.target;
  if (box.matches('[data-shortcuts-toggle]')) setShortcutsOff(!box.checked);
  if (!box.matches('input[type=checkbox]')) return;
  if (box.matches('[data-select-all]')) selectable(box).forEach((other) => { other.checked = box.checked; });
  const table = box.closest('table');
  const all = box.matches('[data-select-all]') ? box : table && table.querySelector('[data-select-all]');
  if (all) countSelected(all);
});

/* ---- confirmation: form[data-confirm] or button[data-confirm]; a formnovalidate button (暂存) is not asked ---- */

function confirmDialog() {
  let dialog = document.getElementById('confirm');
  if (dialog) return dialog;
  dialog = document.createElement('dialog');
  dialog.id = 'confirm';
  dialog.setAttribute('aria-labelledby', 'confirm-text');
  dialog.innerHTML = '<form method="dialog"><p class="dialog-body mb-0" id="confirm-text"></p>'
    + '<div class="dialog-actions"><button class="btn btn-outline-secondary" value="no">取消</button>'
    + '<button class="btn btn-primary" value="yes">确定</button></div></form>';
  document.body.append(dialog);
  return dialog;
}

function confirmText(form, submitter) {
  if (submitter && submitter.dataset.confirm) return submitter.dataset.confirm;
  return submitter && submitter.formNoValidate ? '' : form.dataset.confirm;
}

const confirmed = new WeakSet();

/** An empty required field: the server refuses for certain and lists what is missing, so there is nothing to ask. */
function isUnanswered(form, submitter) {
  if (submitter && submitter.formNoValidate) return false;
  return [...form.elements].some((field) => field.willValidate && field.validity.valueMissing
    && !field.closest('[hidden], [data-row]'));
}

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  const text = confirmText(form, submitter);
  if (!text || confirmed.delete(form) || isUnanswered(form, submitter)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = confirmDialog();
  dialog.querySelector('#confirm-text').textContent = text;
  dialog.returnValue = 'no';
  dialog.onclose = () => {
    if (dialog.returnValue !== 'yes') { if (submitter) submitter.focus(); return; }
    confirmed.add(form);
    form.requestSubmit(submitter);
    confirmed.delete(form);
  };
  dialog.showModal();
}, true);

/* ---- double submit: posting twice is stopped here and, for certain, on the server ---- */

const busy = new WeakSet();

function guarded(form) {
  const method = (form.getAttribute('method') || 'get').toLowerCase();
  return method === 'post' && !form.matches('[target], [data-no-guard], [hx-post], [hx-put], [hx-delete]');
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || !guarded(form)) return;
  if (busy.has(form)) { event.preventDefault(); return; }
  busy.add(form);
  // after the form data were gathered: a disabled button would not send its own name
  setTimeout(() => {
    for (const button of [...form.elements].filter((field) => field.type === 'submit' && !field.disabled)) {
      button.disabled = true;
      button.dataset.guarded = '';
    }
  });
});

window.addEventListener('pageshow', () => {
  each('form', (form) => busy.delete(form));
  each('[data-guarded]', (button) => { button.disabled = false; delete button.dataset.guarded; });
});

/* ---- fields shown only when another field has a value: data-visible-when="field=value1|value2" ---- */

function fieldValues(form, name) {
  const found = form.elements.namedItem(name);
  if (!found) return [];
  const fields = found instanceof RadioNodeList ? [...found] : [found];
  return fields.flatMap((field) => {
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked ? [field.value] : [];
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  });
}

function updateVisible(part) {
  const form = part.closest('form');
  if (!form) return;
  const [name, wanted = ''] = part.dataset.visibleWhen.split(/=(.*)/s);
  const values = fieldValues(form, name.trim());
  part.hidden = !wanted.split('|').some((value) => values.includes(value));
  // a hidden required field would block the browser's check; the server ignores fields whose condition fails
  each('[required], [data-required]', (field) => {
    const hidden = Boolean(field.closest('[data-visible-when][hidden]'));
    field.required = !hidden;
    field.toggleAttribute('data-required', hidden);
  }, part);
}

function updateAllVisible(root) {
  each('[data-visible-when]', updateVisible, root);
}

document.addEventListener('input', (event) => {
  if (event.target.form) updateAllVisible(event.target.form);
});
document.addEventListener('reset', (event) => setTimeout(() => updateAllVisible(event.target)));

/* ---- printing: button[data-print] ---- */

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});

/* ---- the first look at a page, and at a part that htmx swapped in ---- */

function look(root) {
  updateAllVisible(root);
  if (document.querySelector('[data-rows], form[data-autosave-url]')) import('./form.js');
}

document.addEventListener('htmx:afterSettle', (event) => look(event.target));
look(document);
each('[data-select-all]', countSelected);
each('[data-shortcuts-toggle]', (box) => { box.checked = !shortcutsOff(); });
// what is wrong is read first
const faults = document.getElementById('err-sum');
if (faults) faults.focus();
