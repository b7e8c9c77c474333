// What is wrong with the drawing: the server's check (it decides) and the hints found while drawing, marked and listed.
const MARK = 'studio-problem';
const PATH = 'studio-path';
const FOLLOWS = 'studio-follows';
const APART = 4000;
// what is told only because something else is missing
const CONSEQUENCE = 'flow-unreached';
const TYPES = {
  UserTask: '用户任务', BusinessRuleTask: '业务规则任务', Task: '任务', ExclusiveGateway: '排他网关', ParallelGateway: '并行网关',
  EventBasedGateway: '事件网关', StartEvent: '开始事件', EndEvent: '结束事件', IntermediateCatchEvent: '等待事件',
  IntermediateThrowEvent: '抛出事件', BoundaryEvent: '边界事件', SequenceFlow: '连线', Lane: '泳道',
};

/** What stops a publication; a warning of the server does not. */
const errors = (found) => found.filter(({ severity }) => severity !== 'warning');
const causes = (found) => errors(found).filter(({ code }) => code !== CONSEQUENCE);

function called({ businessObject }) {
  const type = TYPES[businessObject.$type.replace('bpmn:', '')] || '元素';
  return businessObject.name || `${type}（未命名）`;
}

export class Problems {
  constructor(modeler, part) {
    Object.assign(this, { modeler, part });
    this.found = [];
    this.hints = [];
    this.marked = [];
    this.checkedAt = 0;
    modeler.on('linting.completed', ({ issues }) => {
      this.hints = Object.values(issues).flat();
      this.list();
    });
    modeler.on('import.done', () => { this.marked = []; });
  }

  /** The drawing is another one than the one that was checked. */
  changed() {
    this.isOld = true;
    this.part('checked').textContent = '已改动，正在重新检查……';
  }

  /** Ask the server now when asked for, else a few seconds after the last time. */
  check({ isAsked = false } = {}) {
    clearTimeout(this.timer);
    const wait = isAsked ? 0 : Math.max(0, this.checkedAt + APART - Date.now());
    this.timer = setTimeout(() => this.ask(isAsked), wait);
  }

  async ask(isAsked) {
    if (this.asking) {
      this.again = { isAsked: isAsked || !!this.again?.isAsked };
      return;
    }
    this.asking = true;
    this.isOld = false;
    this.part('checked').textContent = '正在检查……';
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      const { problems } = await this.source({ bpmn: xml });
      this.found = problems;
      this.mark();
      this.list();
      const result = errors(problems).length ? `检查发现 ${errors(problems).length} 个问题，不能发布` : '检查通过，可以送审';
      this.part('checked').textContent = this.isOld ? '已改动，正在重新检查……' : result;
      if (isAsked) this.part('list').closest('section').focus();
    } catch (fault) {
      this.part('checked').textContent = `没有检查：${fault.message}`;
    } finally {
      this.asking = false;
      this.checkedAt = Date.now();
      if (this.again) this.check(this.again);
      this.again = null;
    }
  }

  mark() {
    const canvas = this.modeler.get('canvas');
    const registry = this.modeler.get('elementRegistry');
    const put = (id, marker) => {
      if (!registry.get(id)) return;
      canvas.addMarker(id, marker);
      this.marked.push([id, marker]);
    };
    for (const [id, marker] of this.marked) if (registry.get(id)) canvas.removeMarker(id, marker);
    this.marked = [];
    const culprits = causes(this.found);
    for (const { path, code } of this.found) path.forEach((id) => put(id, code === CONSEQUENCE ? FOLLOWS : PATH));
    for (const { element } of culprits.length ? culprits : errors(this.found)) put(element, MARK);
    this.sign(new Set(culprits.map(({ element }) => element)));
  }

  /** Not by colour alone: a word beside each element that only follows from a problem elsewhere. */
  sign(culprits) {
    const overlays = this.modeler.get('overlays');
    const registry = this.modeler.get('elementRegistry');
    overlays.remove({ type: FOLLOWS });
    const followers = this.found.filter(({ code }) => code === CONSEQUENCE).flatMap(({ path }) => path);
    for (const id of followers.filter((each) => registry.get(each) && !culprits.has(each))) {
      const html = document.createElement('span');
      Object.assign(html, { className: 'studio-sign', textContent: '走不到' });
      overlays.add(id, FOLLOWS, { position: { top: -14, left: 0 }, html });
    }
  }

  /** The element on the canvas: of a process, its pool. */
  shape(id) {
    const registry = this.modeler.get('elementRegistry');
    return registry.get(id) || registry.find((each) => each.businessObject?.processRef?.id === id);
  }

  list() {
    const order = [...causes(this.found), ...this.found.filter(({ code }) => code === CONSEQUENCE),
      ...this.found.filter(({ severity }) => severity === 'warning')];
    const checked = order.map(({ element, message, severity, code }) => {
      if (severity === 'warning') return this.row(element, message, '提示', 'info');
      return code === CONSEQUENCE ? this.row(element, message, '后果', 'secondary') : this.row(element, message, '问题', 'danger');
    });
    const told = new Set(this.found.map(({ element }) => element));
    const hints = this.hints.filter(({ id }) => !told.has(id)).map(({ id, actualElementId, message, category }) =>
      this.row(actualElementId || id, message, category === 'error' ? '待补' : '提示', category === 'error' ? 'warning' : 'info'));
    const rows = [...checked, ...hints];
    if (!rows.length) rows.push(this.nothing());
    this.part('list').replaceChildren(...rows);
    this.part('count').textContent = `问题 ${errors(this.found).length}，提示 ${checked.length - errors(this.found).length + hints.length}`;
  }

  nothing() {
    const line = document.createElement('li');
    line.textContent = '没有发现问题。';
    return line;
  }

  row(id, message, kind, level) {
    const shape = this.shape(id);
    const line = document.createElement('li');
    const badge = document.createElement('span');
    badge.className = `badge text-bg-${level} me-2`;
    badge.textContent = kind;
    const place = document.createElement(shape ? 'button' : 'span');
    place.textContent = shape ? called(shape) : id || '整个流程';
    if (shape) {
      Object.assign(place, { type: 'button', className: 'btn btn-sm btn-link p-0 me-2' });
      place.addEventListener('click', () => this.go(shape));
    } else {
      place.className = 'me-2';
    }
    line.append(badge, place, message);
    line.dataset.element = id;
    return line;
  }

  go(shape) {
    const canvas = this.modeler.get('canvas');
    if (shape.parent) canvas.scrollToElement(shape, 120);
    this.modeler.get('selection').select(shape);
  }
}
