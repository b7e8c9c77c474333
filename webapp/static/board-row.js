// A row of the department board: saved by itself. The server checks each answer again; what it refuses stays typed in its row,
// with the reason beside it. The keys of the board are in board.js, which is loaded after this.
'use strict';

const board = document.querySelector('[data-board]');
const NEEDS_REASON = ['fail', 'unverified'];
const FAILED = {
  400: '页面已失效，请刷新后重新填写',
  401: '登录已失效；请另开窗口登录后按“重试”',
  403: '无权填写',
  404: '该户已不在本部门名单中',
  409: '他人已先修改',
};

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** What the server says, as JSON; never its HTML. */
async function told(response) {
  const type = response.headers.get('content-type') || '';
  return type.includes('json') ? response.json() : {};
}

class Row {
  constructor(line) {
    this.line = line;
    this.id = line.dataset.candidate;
    this.sending = false;
    this.again = false;
    this.saved = this.typed();
  }

  field(name) {
    return this.line.querySelector(`[name="${name}-${this.id}"]`);
  }

  typed() {
    const chosen = this.line.querySelector(`[name="result-${this.id}"]:checked`);
    const text = (name) => (this.field(name) ? this.field(name).value : '');
    return JSON.stringify([chosen ? chosen.value : '', text('basis').trim(), text('reason').trim()]);
  }

  get isDirty() { return this.typed() !== this.saved; }
  get lacksReason() {
    const [result, , reason] = JSON.parse(this.typed());
    return NEEDS_REASON.includes(result) && !reason;
  }

  choose(value) {
    const choice = this.line.querySelector(`[name="result-${this.id}"][value="${value}"]`);
    if (!choice) return;
    choice.checked = true;
    this.chosen();
  }

  /** A result was chosen: saved at once, unless it still needs its reason. */
  chosen() {
    const [before, , written] = JSON.parse(this.saved);
    const [result, , reason] = JSON.parse(this.typed());
    // What was written for another result does not go with this one.
    if (before && before !== result && reason === written) this.field('reason').value = '';
    if (!this.lacksReason) { this.save(); return; }
    this.mark('soon', '请填写说明');
    this.field('reason').focus();
  }

  leave() {
    if (this.isDirty) this.save();
  }

  async save() {
    if (this.sending) { this.again = true; return; }
    const sent = this.typed();
    this.sending = true;
    this.mark('none', '正在保存…');
    try {
      await this.answered(await this.post(sent), sent);
    } catch {
      this.fail('网络不通，尚未保存', {});
    } finally {
      this.sending = false;
    }
    if (this.again) { this.again = false; this.leave(); }
  }

  post(sent) {
    const [result, basis, reason] = JSON.parse(sent);
    const data = new FormData();
    const token = board.querySelector('[name=csrf_token]');
    if (token) data.set('csrf_token', token.value);
    data.set('result', result);
    data.set('basis', basis);
    data.set('reason', reason);
    data.set('version', this.field('version').value);
    const address = board.dataset.rowUrl.replace(/0$/, this.id);
    return fetch(address, {
      method: 'POST', body: data, headers: { Accept: 'application/json' }, credentials: 'same-origin',
      keepalive: document.visibilityState === 'hidden',
    });
  }

  async answered(response, sent) {
    const answer = response.redirected ? {} : await told(response);
    if (!response.ok || response.redirected || !answer.version) {
      const status = response.redirected ? 401 : response.status;
      this.fail(answer.message || FAILED[status] || '未能保存', answer);
      return;
    }
    this.saved = sent;
    this.field('version').value = answer.version;
    this.fault();
    this.mark('done', `已保存 ${answer.saved_at}`);
    this.count(answer.counts || {});
  }

  count(counts) {
    for (const [name, number] of Object.entries(counts)) {
      document.querySelectorAll(`[data-count="${name}"]`).forEach((place) => { place.textContent = number; });
    }
  }

  mark(light, text) {
    const place = this.line.querySelector('[data-mark]');
    place.replaceChildren(element('span', `light ${light}`, text));
    this.line.classList.toggle('is-unsaved', light === 'over' || light === 'soon');
    if (light !== 'none') say(`${this.line.dataset.name}：${text}`);
  }

  fail(message, answer) {
    this.mark('over', '未保存');
    const fault = this.fault(message);
    say(`${this.line.dataset.name}未保存：${message}`);
    if (answer.current) this.offer(fault, answer.current);
    else fault.append(this.button('重试', () => this.save()));
    for (const name of Object.keys(answer.errors || {})) {
      const field = this.field(name);
      if (field && field.type === 'text') field.setAttribute('aria-invalid', 'true');
    }
  }

  /** The line under the row's inputs that says why; without a message it goes away. */
  fault(message) {
    this.line.querySelectorAll('[data-fault]').forEach((old) => old.remove());
    this.line.querySelectorAll('[aria-invalid]').forEach((field) => field.removeAttribute('aria-invalid'));
    if (!message) return null;
    const place = element('div', 'board-fault', message);
    place.dataset.fault = '';
    this.line.querySelector('[data-mark]').after(place);
    return place;
  }

  /** Somebody was faster: his answer stands beside what was typed here, and the person decides. */
  offer(place, current) {
    const theirs = [current.label, current.basis, current.reason].filter(Boolean).join('；');
    place.append(element('div', '', `现有答复：${theirs || '未答'}`));
    place.append(this.button('采用现有答复', () => this.accept(current)));
    place.append(this.button('改为我填写的', () => { this.field('version').value = current.version; this.save(); }));
  }

  accept(current) {
    this.line.querySelectorAll(`[name="result-${this.id}"]`).forEach((choice) => {
      choice.checked = choice.value === current.result;
    });
    this.field('basis').value = current.basis;
    this.field('reason').value = current.reason;
    this.field('version').value = current.version;
    this.saved = this.typed();
    this.fault();
    this.mark('done', '已采用');
  }

  button(text, act) {
    const made = element('button', 'btn btn-sm btn-outline-primary', text);
    made.type = 'button';
    // The button goes away with the fault: the row keeps the focus.
    made.addEventListener('click', () => { this.line.focus(); act(); });
    return made;
  }
}

/* ---- what a screen reader hears: one voice for the whole board ---- */

const voice = element('div', 'visually-hidden');
voice.setAttribute('role', 'status');

function say(text) { voice.textContent = text; }
