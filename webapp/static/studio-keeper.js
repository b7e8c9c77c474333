// Keeps a draft: a moment after each change, with the revision it was read at; says what to do when that fails.
const PAUSE = 1500;
const AGAIN = 10_000;

export class Keeper {
  constructor(box, part, modeler, onKept) {
    Object.assign(this, { box, part, modeler, onKept });
    this.state = JSON.parse(box.dataset.state);
    this.isDirty = false;
    this.isStopped = false;
    this.saving = null;
    window.addEventListener('beforeunload', (event) => {
      if (this.isDirty) event.preventDefault();
    });
  }

  opened() {
    this.show(this.state);
    this.say(`已保存 ${this.state.saved_at}`);
  }

  changed() {
    this.isDirty = true;
    this.version = (this.version || 0) + 1;
    if (this.isStopped) return;
    this.say('有未保存的修改');
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  /** Whether everything drawn until now is kept. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    if (!this.isDirty) {
      this.say(`已保存 ${this.state.saved_at}`);
      return true;
    }
    if (this.isStopped) return false;
    this.saving = this.send();
    try {
      return await this.saving;
    } finally {
      this.saving = null;
    }
  }

  async send() {
    this.say('正在保存……');
    const sent = this.version;
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      const kept = await this.ask(this.box.dataset.save, { revision: this.state.revision, bpmn: xml });
      this.isDirty = sent !== this.version;
      this.show(kept);
      this.say(this.isDirty ? '有未保存的修改' : `已保存 ${kept.saved_at}`);
      this.trouble('');
      this.onKept();
      return !this.isDirty;
    } catch (fault) {
      this.failed(fault);
      return false;
    }
  }

  failed(fault) {
    this.say('没有保存');
    // only what may pass by itself is tried again
    this.isStopped = [401, 403, 404, 409].includes(fault.status);
    if (!fault.status || fault.status >= 500) this.later(AGAIN);
    const what = this.isStopped ? '' : '修改后将再次自动保存。';
    this.trouble(`${fault.message}${what}`, [['下载本窗口的流程图', () => this.download()],
      ...(this.isStopped ? [['放弃本窗口的修改并刷新', () => this.reload()]] : [])]);
  }

  reload() {
    this.isDirty = false;
    window.location.reload();
  }

  async download() {
    const { xml } = await this.modeler.saveXML({ format: true });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
    link.download = `${this.state.name}.bpmn`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async back(open) {
    if (this.isDirty && !await this.save()) return;
    // a second press before the answer would ask for a revision that is already left
    this.part('back').disabled = true;
    this.say('正在退回');
    try {
      const found = await this.ask(this.box.dataset.back, { revision: this.state.revision });
      await open(found.bpmn);
      clearTimeout(this.timer);
      this.isDirty = false;
      this.show(found);
      this.say(`已退回，已保存 ${found.saved_at}`);
      this.onKept();
    } catch (fault) {
      this.part('back').disabled = !this.state.steps;
      this.say('没有退回');
      this.trouble(fault.message);
    }
  }

  async stay() {
    try {
      const { neighbours, revision } = await this.ask(this.box.dataset.stay, {});
      this.warn(neighbours);
      if (revision !== this.state.revision && !this.saving) {
        this.isStopped = true;
        this.trouble('这份草稿已在另一个窗口改过。请刷新页面后继续；本窗口还有修改的，请先下载。', [
          ['下载本窗口的流程图', () => this.download()], ['刷新', () => this.reload()]]);
      }
    } catch (fault) {
      if (fault.status === 401) this.trouble(fault.message);
    }
  }

  async ask(address, body) {
    let response;
    try {
      response = await fetch(address, {
        method: 'POST', credentials: 'same-origin', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.box.dataset.csrf },
      });
    } catch {
      throw Object.assign(new Error('网络不通，尚未保存，请不要关闭本页。'), { status: 0 });
    }
    const isJson = response.headers.get('Content-Type')?.includes('json');
    const answer = isJson ? await response.json() : {};
    if (response.redirected || (response.ok && !isJson)) {
      throw Object.assign(new Error('登录已过期，尚未保存。请在另一个窗口登录，再回到本页按“保存”。'), { status: 0 });
    }
    if (!response.ok) {
      const why = answer.message || `服务器没有接受（${response.status}），请稍后再试。`;
      throw Object.assign(new Error(why), { status: response.status });
    }
    return answer;
  }

  show(state) {
    this.state = { ...this.state, ...state };
    this.part('name').textContent = state.name;
    this.part('back').disabled = !state.steps;
    this.warn(state.neighbours);
  }

  warn(neighbours) {
    const lines = neighbours.map((text) => {
      const line = document.createElement('p');
      line.className = 'alert alert-warning py-1 mb-0';
      line.textContent = text;
      return line;
    });
    this.part('warnings').replaceChildren(...lines);
  }

  say(text) {
    this.part('state').textContent = text;
  }

  trouble(text, actions = []) {
    const place = this.part('trouble');
    place.hidden = !text;
    place.replaceChildren(text, ...actions.map(([label, act]) => {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', className: 'btn btn-sm btn-outline-danger ms-2', textContent: label });
      button.addEventListener('click', act);
      return button;
    }));
  }
}
