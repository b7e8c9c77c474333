// Fields drawn into a step: one property a field, `field:<name>` with a JSON value, edited as a list.
import { ListGroup } from '@bpmn-io/properties-panel';
import { Edits, properties } from './model.js';
import { buttons, entry } from './entries.js';

const PREFIX = 'field:';
const ABOVE = 40;
const DRAWN = 'drawn';
const LONGEST = 500;
const CHOSEN = ['choice', 'choices'];
const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const ORDER = ['label', 'kind', 'required', 'help', 'visible_when', 'choices'];

/** The drawn fields of a step as { name, label, kind, required, help, visible_when, choices }. */
export function fieldsOf(bo) {
  return properties(bo).filter(([name]) => name.startsWith(PREFIX)).map(([name, text]) => ({
    ...read(text), name: name.slice(PREFIX.length),
  }));
}

function read(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

// what says nothing is left out: an attribute holds 500 characters
function written(field) {
  const kept = ORDER.filter((key) => field[key] && (!Array.isArray(field[key]) || field[key].length));
  return JSON.stringify(Object.fromEntries(kept.map((key) => [key, field[key]])));
}

function put(injector, element, fields) {
  const edits = new Edits(injector, element);
  const others = properties(edits.bo).filter(([name]) => !name.startsWith(PREFIX));
  const hasForm = others.some(([name, value]) => name === 'form' && value);
  const form = fields.length && !hasForm ? [['form', DRAWN]] : [];
  const rest = others.filter(([name, value]) => name !== 'form' || value);
  edits.properties([...form, ...rest, ...fields.map((field) => [PREFIX + field.name, written(field)])]).run();
}

function freeName(fields) {
  for (let number = fields.length + 1; ; number += 1) {
    const name = `answer_${number}`;
    if (!fields.some((field) => field.name === name)) return name;
  }
}

export const choicesText = (choices) => (choices || []).map(([value, label]) => `${value}=${label}`).join('\n');

/** Lines such as `yes=同意` as pairs; a line without a value is numbered. */
export function readChoices(text) {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line, index) => {
    const [, value, label] = /^([\w.-]{1,40})\s*[=＝]\s*(.+)$/.exec(line) || [null, `option_${index + 1}`, line];
    return [value, label];
  });
}

/** The group 表单字段 of a step. */
export function fieldGroup(injector, options, element) {
  const bo = element.businessObject;
  const fields = fieldsOf(bo);
  const save = (changed) => put(injector, element, changed);
  const items = fields.map((field, index) => ({
    id: `field-${index}`,
    label: field.label || field.name,
    entries: fieldEntries({ options, fields, field, index, save, latest: () => fieldsOf(bo) }),
    remove: (event) => {
      event.stopPropagation();
      save(fields.filter((each) => each !== field));
    },
  }));
  const add = (event) => {
    event.stopPropagation();
    save([...fields, { name: freeName(fields), label: '新字段', kind: 'text' }]);
    reveal(fields.length);
  };
  return { id: 'drawn-fields', label: '表单字段', component: ListGroup, items, add };
}

// the panel draws the new field a moment later, at the end of the list
function reveal(index, tries = 20) {
  const made = document.querySelector(`[data-entry-id="field-${index}"]`);
  const around = made?.closest('.bio-properties-panel-scroll-container');
  // the panel alone: the page stays where it is
  if (around) around.scrollTop += made.getBoundingClientRect().top - around.getBoundingClientRect().top - ABOVE;
  else if (tries) requestAnimationFrame(() => reveal(index, tries - 1));
}

function fieldEntries({ options, fields, field, index, save, latest }) {
  // from what is drawn now: two entries may be left one soon after the other
  const change = (values) => {
    const now = latest();
    const changed = { ...now[index], ...values };
    if (!CHOSEN.includes(changed.kind)) delete changed.choices;
    if (written(changed).length <= LONGEST) save(now.map((each, at) => (at === index ? changed : each)));
  };
  const fits = (values) => (written({ ...field, ...values }).length > LONGEST ? '内容过长，请缩短' : null);
  const id = (name) => `field-${index}-${name}`;
  const before = fields.slice(0, index).filter((each) => [...CHOSEN, 'yes_no'].includes(each.kind));
  return [
    entry({
      id: id('label'), label: '标题', get: () => field.label || '', set: (label) => change({ label }),
      check: (label) => (label ? fits({ label }) : '请填写标题'),
    }),
    entry({
      id: id('name'), label: '字段名（流转条件中使用）', get: () => field.name, check: (name) => badName(fields, field, name),
      set: (name) => !badName(fields, field, name) && change({ name }),
    }),
    entry({
      id: id('kind'), label: '类型', kind: 'select', options: () => options.kinds, get: () => field.kind || 'text',
      set: (kind) => change({ kind }),
    }),
    entry({
      id: id('required'), label: '必填', kind: 'tick', get: () => !!field.required,
      set: (required) => change({ required: !!required }),
    }),
    ...(CHOSEN.includes(field.kind) ? [choices(id, field, change)] : []),
    entry({
      id: id('help'), label: '填写说明', get: () => field.help || '', set: (help) => change({ help }),
      check: (help) => fits({ help }),
    }),
    ...(before.length ? [shown(id, before, field, change)] : []),
    moves(id, fields, index, save),
  ];
}

function badName(fields, field, name) {
  if (!NAME.test(name)) return '以小写字母开头，只用小写字母、数字和下划线';
  return fields.some((each) => each !== field && each.name === name) ? '本环节已有同名字段' : null;
}

const choices = (id, field, change) => entry({
  id: id('choices'), label: '选项', kind: 'area', rows: 4, hint: '每行一个，如 agree=同意；“=”前为条件中使用的值',
  get: () => choicesText(field.choices), set: (text) => change({ choices: readChoices(text) }),
});

const shown = (id, before, field, change) => entry({
  id: id('visible'), label: '显示条件', kind: 'select', none: '始终显示', get: () => field.visible_when || '',
  options: () => before.flatMap((each) => answers(each).map(([value, label]) => ({
    value: `${each.name}=${value}`, label: `“${each.label || each.name}”为“${label}”时显示`,
  }))),
  set: (value) => change({ visible_when: value }),
});

const answers = (field) => (field.kind === 'yes_no' ? [['yes', '是'], ['no', '否']] : field.choices || []);

function moves(id, fields, index, save) {
  const move = (to) => () => {
    const moved = fields.filter((_, at) => at !== index);
    moved.splice(to, 0, fields[index]);
    save(moved);
  };
  return buttons({
    id: id('move'),
    buttons: [
      { label: '上移', act: move(index - 1), off: index === 0 },
      { label: '下移', act: move(index + 1), off: index === fields.length - 1 },
    ],
  });
}

/** Every drawn field of the drawing, as words for conditions. */
export function fieldWords(steps) {
  return steps.flatMap((step) => fieldsOf(step.businessObject).map((field) => ({
    value: field.name, label: `${step.businessObject.get('name') || step.id}：${field.label || field.name}`,
  })));
}

