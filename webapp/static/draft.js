// Drafts of long forms, loaded by app.js where a page has one: they save themselves.
// Without this module the draft button does the same through the server.

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
async function toldBy(response) {
  const type = response.headers.get('content-type') || '';
  if (type.includes('json')) return response.json();
  return { message: type.startsWith('text/plain') ? (await response.text()).slice(0, 200) : '' };
}

const REFUSED = {
  401: '登录已失效，尚未暂存；内容保留在本窗口，请另开窗口登录，本页随后自动暂存',
  403: '无权办理该事项，未能暂存',
  404: '该事项已不存在，未能暂存',
  409: '该事项已由他人办理，未能暂存，请刷新',
};

const RETRY_MS = 15000;

/* What could not be saved stays in this tab alone (sessionStorage), under the person and the step, until it is. */

const KEPT = 'duoshen-draft:';

function whose() {
  const desk = document.querySelector('[data-desk]');
  return desk ? desk.dataset.user : '';
}

function keyOf(form) {
  return form.dataset.draft && whose() ? `${KEPT}${whose()}:${form.dataset.draft}` : '';
}

const OWN = ['csrf_token', 'draft_revision', 'draft_tab'];

function keep(form) {
  const key = keyOf(form);
  if (!key) return;
  const words = [...draftOf(form)].filter(([name]) => !OWN.includes(name));
  const revision = form.elements.draft_revision.value;
  try { sessionStorage.setItem(key, JSON.stringify({ revision, at: clock(), words })); } catch { /* no storage */ }
}

function forget(form) {
  const key = keyOf(form);
  if (key) try { sessionStorage.removeItem(key); } catch { /* no storage */ }
}

/** What somebody else has left in this tab is nobody's any more. */
function forgetOthers(user) {
  try {
    Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT) && !key.startsWith(`${KEPT}${user}:`))
      .forEach((key) => sessionStorage.removeItem(key));
  } catch { /* no storage */ }
}

class Draft {
  constructor(form) {
    this.form = form;
    this.timer = null;
    this.sending = null;
    this.isStopped = false;
    this.isUnsaved = false;
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

  /** Back online, or signed in again in another window: what waits is saved at once. */
  retry() {
    if (this.isUnsaved && !this.isStopped) this.save();
  }

  async save(keepalive = false) {
    if (this.sending) { this.touch(); return; }
    clearTimeout(this.timer);
    this.timer = null;
    this.sending = new AbortController();
    try {
      await this.report(await this.send(keepalive));
    } catch (error) {
      if (error.name !== 'AbortError') this.wait('网络不通，尚未暂存；内容保留在本窗口，恢复后自动暂存');
    } finally {
      this.sending = null;
    }
  }

  send(keepalive) {
    return fetch(this.form.dataset.autosaveUrl, {
      method: 'POST', body: draftOf(this.form), headers: { Accept: 'application/json' },
      credentials: 'same-origin', signal: this.sending.signal, keepalive,
    });
  }

  /** Nothing is lost: it is kept in this tab and tried again. */
  wait(message) {
    this.isUnsaved = true;
    keep(this.form);
    say(this.form, message, true);
    this.timer = setTimeout(() => this.save(), RETRY_MS);
  }

  async report(response) {
    if (response.ok && !response.redirected) { await this.done(response); return; }
    const status = response.redirected ? 401 : response.status;
    if ((status === 401 || status === 400) && this.form.dataset.draft) { await this.renew(status); return; }
    if (status >= 500) { this.wait('服务器暂时无法保存，内容保留在本窗口，稍后自动重试'); return; }
    const told = response.redirected ? {} : await toldBy(response);
    this.isStopped = status === 403 || status === 404 || status === 409;
    if (status === 409) keep(this.form);
    say(this.form, told.message || REFUSED[status] || '未能自动暂存，请点“暂存”按钮', true);
    if (told.is_newer) this.offerComparison();
  }

  /** Another tab has saved since: the way to both versions, side by side; it saves nothing by itself. */
  offerComparison() {
    const button = document.createElement('button');
    button.type = 'submit';
    button.className = 'btn btn-sm btn-outline-primary ms-2';
    button.formNoValidate = true;
    button.setAttribute('formaction', this.form.dataset.autosaveUrl);
    button.textContent = '比较两份内容';
    const place = statusOf(this.form);
    if (place && this.form.contains(place)) place.append(button);
  }

  async done(response) {
    const type = response.headers.get('content-type') || '';
    const { revision } = type.includes('json') ? await response.json() : {};
    if (revision && this.form.elements.draft_revision) this.form.elements.draft_revision.value = revision;
    this.isUnsaved = false;
    forget(this.form);
    say(this.form, `已自动暂存 ${clock()}`);
  }

  /** The login had ended: after a new one, by the same person, the forms of this page get the new secret. */
  async renew(status) {
    const answer = await fetch('/presence/token', { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
    const found = answer.ok && !answer.redirected ? await answer.json() : null;
    if (found && String(found.user) !== whose()) {
      this.isStopped = true;
      say(this.form, '本窗口已由他人登录，内容没有暂存', true);
      return;
    }
    if (found && !this.isRenewed) {
      this.isRenewed = true;
      document.querySelectorAll('input[name=csrf_token]').forEach((field) => { field.value = found.csrf_token; });
      setTimeout(() => this.save(), 0);
      return;
    }
    this.isRenewed = false;
    this.wait(REFUSED[401]);
    if (status === 401) this.offerLogin();
  }

  offerLogin() {
    const place = statusOf(this.form);
    const link = document.createElement('a');
    link.href = '/login';
    link.target = '_blank';
    link.rel = 'noopener';
    link.textContent = ' 另开窗口登录';
    if (place) place.append(link);
  }
}

/* ---- what this tab still holds that no draft has: offered, never put in unasked ---- */

function offerKept(form) {
  const key = keyOf(form);
  let kept = null;
  try { kept = key && JSON.parse(sessionStorage.getItem(key)); } catch { /* unreadable: nothing to offer */ }
  if (!kept) return;
  const bar = document.createElement('div');
  bar.className = 'alert alert-warning py-2 draft-kept';
  bar.setAttribute('role', 'status');
  bar.innerHTML = '<span class="me-auto"></span><button type="button" class="btn btn-sm btn-primary">恢复该内容</button>'
    + '<button type="button" class="btn btn-sm btn-outline-secondary">不恢复</button>';
  bar.firstChild.textContent = `本窗口有 ${kept.at} 未能暂存的内容。`;
  const [restore, drop] = bar.querySelectorAll('button');
  restore.addEventListener('click', () => { putIn(form, kept.words); bar.remove(); });
  drop.addEventListener('click', () => { forget(form); bar.remove(); });
  form.before(bar);
}

function putIn(form, words) {
  const given = new Map();
  words.forEach(([name, value]) => given.set(name, [...(given.get(name) || []), value]));
  for (const field of form.elements) {
    if (!field.name || OWN.includes(field.name) || field.type === 'file' || field.type === 'submit') continue;
    const values = given.get(field.name) || [];
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value);
    else if (field.type === 'select-multiple') [...field.options].forEach((o) => { o.selected = values.includes(o.value); });
    else if (values.length) field.value = values.shift();
  }
  (form.querySelector('input:not([type=hidden]), textarea, select') || form)
    .dispatchEvent(new Event('input', { bubbles: true }));
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
  if (!event.defaultPrevented && event.target.matches('form[data-draft]') && navigator.onLine) forget(event.target);
});
window.addEventListener('online', () => drafts.forEach((draft) => draft.retry()));
window.addEventListener('focus', () => drafts.forEach((draft) => draft.retry()));
if (whose()) forgetOthers(whose());
document.querySelectorAll('form[data-draft]').forEach(offerKept);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') drafts.forEach((draft) => draft.flush());
});
