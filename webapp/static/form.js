// Long forms, loaded by app.js where a page has one: rows that grow in place, drafts that save themselves.
// Without this module the buttons named add_row, remove_row and the draft button do the same through the server.

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

/* ---- drafts: form[data-autosave-url] posts itself two seconds after the last key ---- */

const QUIET_MS = 2000;

function statusOf(form) {
  const place = form.querySelector('[data-autosave-status]') || document.querySelector('[data-autosave-status]');
  if (place && !place.hasAttribute('role')) place.setAttribute('role', 'status');
  return place;
}

function say(form, text, refused = false) {
  const place = statusOf(form);
  if (!place) return;
  place.textContent = text;
  place.classList.toggle('is-refused', refused);
}

function clock() {
  return new Date().toLocaleTimeString('zh-CN', {
    hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai',
  });
}

/** The form's own fields, its csrf_token among them, without files: a draft holds words, not uploads. */
function draftOf(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

/** What the server says, as JSON {message} or short plain text; never its HTML. */
async function messageOf(response) {
  const type = response.headers.get('content-type') || '';
  if (type.includes('json')) return (await response.json()).message || '';
  return type.startsWith('text/plain') ? (await response.text()).slice(0, 200) : '';
}

const REFUSED = {
  401: '登录已失效，未能暂存；请另开窗口登录后继续填写',
  403: '无权办理该事项，未能暂存',
  404: '该事项已不存在，未能暂存',
  409: '该事项已由他人办理，未能暂存，请刷新',
};

class Draft {
  constructor(form) {
    this.form = form;
    this.timer = null;
    this.sending = null;
    this.isStopped = false;
  }

  touch() {
    if (this.isStopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET_MS);
  }

  /** A real submit wins: nothing of the draft may arrive after it. */
  cancel() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.sending) this.sending.abort();
  }

  flush() {
    if (this.timer) this.save(true);
  }

  async save(keepalive = false) {
    if (this.sending) { this.touch(); return; }
    clearTimeout(this.timer);
    this.timer = null;
    this.sending = new AbortController();
    try {
      const response = await fetch(this.form.dataset.autosaveUrl, {
        method: 'POST', body: draftOf(this.form), headers: { Accept: 'application/json' },
        credentials: 'same-origin', signal: this.sending.signal, keepalive,
      });
      await this.report(response);
    } catch (error) {
      if (error.name !== 'AbortError') say(this.form, '网络不通，尚未暂存；继续填写时将再次尝试', true);
    } finally {
      this.sending = null;
    }
  }

  async report(response) {
    if (response.ok && !response.redirected) { say(this.form, `已自动暂存 ${clock()}`); return; }
    const status = response.redirected ? 401 : response.status;
    const message = response.redirected ? '' : await messageOf(response);
    this.isStopped = status === 403 || status === 404 || status === 409;
    say(this.form, message || REFUSED[status] || '未能自动暂存，请点“暂存”按钮', true);
  }
}

const drafts = new Map();

document.addEventListener('input', (event) => {
  const form = event.target.form || event.target.closest('form');
  if (!form || !form.matches('[data-autosave-url]')) return;
  if (!drafts.has(form)) drafts.set(form, new Draft(form));
  drafts.get(form).touch();
});
document.addEventListener('submit', (event) => {
  const draft = drafts.get(event.target);
  if (draft && !event.defaultPrevented) draft.cancel();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') drafts.forEach((draft) => draft.flush());
});
