// Progressive enhancement for every page: without this file the same forms and links work through the server.
// Nothing here decides anything: the server checks every permission, state and value again.
'use strict';

function each(selector, action, root = document) {
  root.querySelectorAll(selector).forEach(action);
}

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
  each('[data-bulk]', (bar) => bar.classList.toggle('is-armed', chosen > 0));
}

document.addEventListener('change', (event) => {
  const box = event.target;
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

/** A required question ([data-must]) of which nothing is chosen, ticked or written. */
function isEmpty(question) {
  const fields = [...question.querySelectorAll('input, select, textarea')].filter((field) => !field.disabled);
  return fields.length > 0 && !fields.some((field) => (
    ['radio', 'checkbox'].includes(field.type) ? field.checked : field.value.trim() !== ''));
}

/** An empty required field: the server refuses for certain and lists what is missing, so there is nothing to ask. */
function isUnanswered(form, submitter) {
  if (submitter && submitter.formNoValidate) return false;
  const isAsked = (part) => !part.closest('[hidden], [data-row]');
  return [...form.elements].some((field) => field.willValidate && field.validity.valueMissing && isAsked(field))
    || [...form.querySelectorAll('[data-must]')].some((question) => isAsked(question) && isEmpty(question));
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

/* ---- “back” to a page that answered a post: the browser keeps no copy of it, and asking again would post again ---- */

function becomesOpenable() {
  const address = document.body.dataset.opensAt;
  if (address) window.history.replaceState(window.history.state, '', address);
}

document.addEventListener('submit', (event) => {
  if (!event.defaultPrevented && guarded(event.target)) becomesOpenable();
});
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  if (link && !link.target && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey
    && !link.getAttribute('href').startsWith('#') && !link.hasAttribute('download')) becomesOpenable();
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

/** Charts that are still being drawn are waited for, five seconds at most. */
function printWhole(tries = 50) {
  const isDrawing = document.querySelector('[data-chart]:not([data-drawn], [hidden])');
  if (isDrawing && tries > 0) setTimeout(() => printWhole(tries - 1), 100);
  else window.print();
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) printWhole();
});

/* ---- the first look at a page, and at a part that htmx swapped in ---- */

function look(root) {
  updateAllVisible(root);
  if (document.querySelector('[data-rows]')) import('./rows.js');
  if (document.querySelector('[data-rows], form[data-autosave-url]')) import('./draft.js');
  if (document.querySelector('[data-inbox]')) import('./desk.js');
}

document.addEventListener('htmx:afterSettle', (event) => look(event.target));
look(document);
each('[data-select-all]', countSelected);
// what is wrong is read first
const faults = document.getElementById('err-sum');
if (faults) faults.focus();
