// Sub-tables of forms, loaded by app.js where a page has one: rows that grow in place.
// Without this module the buttons named add_row and remove_row do the same through the server.

/* ---- sub-tables: [data-rows="items"] holds [data-row]s, one <template> and the buttons ---- */

const RENUMBERED = [
  'id', 'name', 'for', 'value', 'aria-describedby', 'aria-labelledby', 'aria-controls', 'data-visible-when',
];

function rowsOf(box) {
  return [...box.querySelectorAll('[data-row]')].filter((row) => row.closest('[data-rows]') === box);
}

function renumberElement(element, pattern, prefix, index) {
  for (const name of RENUMBERED) {
    const value = element.getAttribute(name);
    if (value === null || (name === 'value' && !element.matches('[data-remove-row]'))) continue;
    const isBareIndex = name === 'value' && /^(\d+|__index__)$/.test(value);
    const changed = isBareIndex ? String(index) : value.replace(pattern, `$1${prefix}-${index}`);
    if (changed !== value) element.setAttribute(name, changed);
  }
  const label = element.getAttribute('aria-label');
  if (label) element.setAttribute('aria-label', label.replace(/第\s*(\d+|__index__)\s*行/, `第 ${index + 1} 行`));
  if (element.matches('[data-row-number]')) element.textContent = index + 1;
}

function setDisabled(box, selector, disabled) {
  box.querySelectorAll(selector).forEach((button) => { button.disabled = disabled; });
}

function renumber(box) {
  const prefix = box.dataset.rows;
  const pattern = new RegExp(`(^|\\s)${prefix.replace(/[^\w-]/g, '\\$&')}-(?:\\d+|__index__)(?=[-\\s=]|$)`, 'g');
  const rows = rowsOf(box);
  rows.forEach((row, index) => {
    for (const element of [row, ...row.querySelectorAll('*')]) renumberElement(element, pattern, prefix, index);
  });
  const limit = (name, fallback) => Number(box.dataset[name] || fallback);
  setDisabled(box, '[data-add-row]', rows.length >= limit('max', 1000));
  setDisabled(box, '[data-remove-row]', rows.length <= limit('min', 0));
  // lets the visible-when fields and the draft follow
  (box.querySelector('input, select, textarea, button') || box).dispatchEvent(new Event('input', { bubbles: true }));
}

function addRow(box) {
  const template = box.querySelector('template');
  const rows = rowsOf(box);
  const row = template.content.querySelector('[data-row]').cloneNode(true);
  if (rows.length) rows[rows.length - 1].after(row);
  else (box.querySelector('[data-rows-body]') || template.parentNode).append(row);
  renumber(box);
  const field = row.querySelector('input:not([type=hidden]), select, textarea');
  if (field) field.focus();
}

function removeRow(box, row) {
  const at = rowsOf(box).indexOf(row);
  row.remove();
  renumber(box);
  const rows = rowsOf(box);
  const next = rows[Math.min(at, rows.length - 1)];
  const remaining = next && next.querySelector('[data-remove-row]:not(:disabled)');
  const button = remaining || box.querySelector('[data-add-row]');
  if (button) button.focus();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-add-row], [data-remove-row]');
  const box = button && button.closest('[data-rows]');
  if (!box || !box.querySelector('template')) return;
  event.preventDefault();
  if (button.matches('[data-add-row]')) addRow(box);
  else removeRow(box, button.closest('[data-row]'));
});
