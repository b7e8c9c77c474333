// The examples of a decision: one row a case that somebody thought up, with what should come out and what does.
const EMPTY = { true: '是', false: '否' };

export class Examples {
  constructor(part, rows, onChange) {
    Object.assign(this, { part, rows, onChange });
    this.inputs = [];
    this.outputs = [];
    this.policy = '';
    part('add').addEventListener('click', () => this.add());
  }

  add() {
    const last = this.rows.at(-1);
    const inputs = last ? { ...last.inputs } : Object.fromEntries(this.inputs.map(({ name }) => [name, null]));
    this.rows.push({ name: `用例${this.rows.length + 1}`, inputs, expected: this.policy === 'COLLECT' ? [] : {} });
    this.draw();
    this.part('rows').querySelector('tbody tr:last-child input')?.focus();
    this.onChange();
  }

  show({ inputs, outputs, policy, results }) {
    const wanted = JSON.stringify([inputs, outputs, policy]);
    Object.assign(this, { inputs, outputs, policy });
    if (wanted !== this.drawn || this.part('rows').tBodies[0].rows.length !== this.rows.length) this.draw();
    this.drawn = wanted;
    [...this.part('rows').tBodies[0].rows].forEach((row, at) => this.tell(row.querySelector('[data-result]'), results[at]));
    const right = results.filter((one) => one.is_right).length;
    this.part('ran').textContent = results.length ? `${results.length} 个用例，${right} 个相符，${results.length - right} 个不符` : '';
  }

  tell(cell, result) {
    cell.className = result ? (result.is_right ? 'decision-right' : 'decision-wrong') : '';
    cell.textContent = result ? this.said(result) : '尚未运行';
  }

  said(result) {
    const rows = result.rows.length ? `（第 ${result.rows.join('、')} 行）` : '';
    if (result.is_right) return `✓ 相符${rows}`;
    return result.reason ? `✗ 不能计算：${result.reason}` : `✗ 不符：实际为 ${result.found}${rows}`;
  }

  draw() {
    const titles = ['名称', '结果', ...this.inputs.map((one) => one.title), ...this.shown().map((one) => `预期：${one.title}`), '操作'];
    const head = document.createElement('tr');
    head.replaceChildren(...titles.map((title) => {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = title;
      return cell;
    }));
    this.part('rows').tHead.replaceChildren(head);
    this.part('rows').tBodies[0].replaceChildren(...this.rows.map((row, at) => this.row(row, at)));
  }

  // of several rows only what names them is compared
  shown() {
    return this.policy === 'COLLECT' ? this.outputs.slice(0, 1) : this.outputs;
  }

  row(row, at) {
    const line = document.createElement('tr');
    const told = (title) => `第 ${at + 1} 个用例 ${title}`;
    const result = document.createElement('td');
    result.dataset.result = '';
    result.textContent = '尚未运行';
    line.append(this.cell(this.text(row.name, told('名称'), 100, (value) => { row.name = value; }), 'decision-name'), result);
    for (const { name, title, kind } of this.inputs) line.append(this.cell(this.input(row, name, kind, told(title))));
    for (const { name, title } of this.shown()) {
      line.append(this.cell(this.text(this.expected(row, name), told(`预期${title}`), 500, (value) => this.expect(row, name, value)), 'decision-expected'));
    }
    line.append(this.cell(this.remover(row, at)));
    return line;
  }

  cell(control, kind = '') {
    const cell = document.createElement('td');
    cell.className = kind;
    cell.append(control);
    return cell;
  }

  text(value, label, limit, keep) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'text', className: 'form-control form-control-sm', value: value ?? '', maxLength: limit });
    input.setAttribute('aria-label', label);
    input.addEventListener('input', () => { keep(input.value); this.onChange(); });
    return input;
  }

  input(row, name, kind, label) {
    const value = row.inputs[name] ?? null;
    if (kind === 'boolean') return this.choice(row, name, value, label);
    const input = this.text(value, label, 500, (typed) => { row.inputs[name] = typed === '' ? null : typed; });
    if (kind === 'date') input.type = 'date';
    if (kind === 'number') input.inputMode = 'decimal';
    return input;
  }

  choice(row, name, value, label) {
    const select = document.createElement('select');
    select.className = 'form-select form-select-sm';
    select.setAttribute('aria-label', label);
    for (const [key, title] of [['', '（空）'], ...Object.entries(EMPTY)]) select.append(new Option(title, key, false, key === String(value ?? '')));
    select.addEventListener('change', () => {
      row.inputs[name] = select.value === '' ? null : select.value === 'true';
      this.onChange();
    });
    return select;
  }

  expected(row, name) {
    if (Array.isArray(row.expected)) return row.expected.map((one) => one[name] ?? '').join('、');
    const value = row.expected[name];
    return typeof value === 'boolean' ? EMPTY[value] : value ?? '';
  }

  expect(row, name, value) {
    if (this.policy === 'COLLECT') {
      row.expected = value.split(/[、,，；;]/).map((one) => one.trim()).filter(Boolean).map((one) => ({ [name]: one }));
    } else if (value === '') {
      row.expected = { ...row.expected };
      delete row.expected[name];
    } else {
      row.expected = { ...row.expected, [name]: value };
    }
  }

  remover(row, at) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn btn-sm btn-outline-danger', textContent: '删除' });
    button.setAttribute('aria-label', `删除第 ${at + 1} 个用例`);
    button.addEventListener('click', () => {
      this.rows.splice(this.rows.indexOf(row), 1);
      this.draw();
      this.onChange();
    });
    return button;
  }
}
