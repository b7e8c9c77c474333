// A statutory term: drawn as a timer on the boundary of a step, edited as a few fields of that step.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { Edits, definition, definitionsOf, property, timer } from './model.js';
import { buttons, entry, note, words } from './entries.js';
import { isReadable, meaning } from './warnings.js';

const TERM = /^(working|calendar)_days\(\s*([^,()]+?)\s*(?:,\s*(\w+)\s*)?\)$/;
const UNITS = { working: '工作日', calendar: '自然日' };
const NAMED = /([0-9A-Za-z_]+)(\s*)(?:个)?(工作日|自然日)/;
const DRAW = 'duoshen.deadline.draw';
const ERASE = 'duoshen.deadline.erase';

/** The timer that is the statutory term of a step, if one is drawn. */
export function clockOf(element) {
  return (element.attachers || []).find((each) => isClock(each));
}

export function isClock(element) {
  const bo = getBusinessObject(element);
  return is(bo, 'bpmn:BoundaryEvent') && !!definition(bo, 'Timer') && property(bo, 'deadline') !== '';
}

/** What an expression such as working_days(7, accepted_on) says; null when it says something else. */
export function readTerm(text) {
  const [, unit, days, start = ''] = TERM.exec(text.trim()) || [];
  return unit ? { unit, days, start } : null;
}

export const writeTerm = ({ unit, days, start }) => `${unit}_days(${days}${start ? `, ${start}` : ''})`;

/** The name of the event says the days too, and follows them. */
export function renamed(name, { unit, days }) {
  return NAMED.test(name || '') ? name.replace(NAMED, `${days}$2个${UNITS[unit]}`) : name;
}

function change(injector, clock, values) {
  const bo = getBusinessObject(clock);
  const { found, kind, text } = timer(bo);
  const term = { ...readTerm(text), ...values };
  const edits = new Edits(injector, clock).expression(found, kind, writeTerm(term));
  const name = renamed(bo.get('name'), term);
  if (name !== bo.get('name')) edits.update({ name });
  edits.run();
}

const isDays = (text) => /^([1-9][0-9]{0,3}|[a-z_][a-z0-9_]*)$/.test(text);

function termEntries(injector, options, clock) {
  const bo = getBusinessObject(clock);
  const read = () => readTerm(timer(bo).text);
  if (!read()) return [expressionEntry(injector, clock)];
  return [
    entry({
      id: 'deadline-days', label: '时限（天数）', get: () => read()?.days || '',
      check: (value) => (isDays(value) ? null : '请填写天数，或者政策参数的名称'),
      set: (days) => isDays(days) && change(injector, clock, { days }),
    }),
    entry({
      id: 'deadline-unit', label: '单位', kind: 'select', get: () => read()?.unit || '',
      options: () => Object.entries(UNITS).map(([value, label]) => ({ value, label })),
      set: (unit) => change(injector, clock, { unit }),
    }),
    entry({
      id: 'deadline-start', label: '起算日', kind: 'select', none: '本环节开始之日', get: () => read()?.start || '',
      options: () => options.facts.filter((each) => each.value.endsWith('_on')),
      set: (start) => change(injector, clock, { start }),
    }),
  ];
}

function expressionEntry(injector, clock) {
  const bo = getBusinessObject(clock);
  return entry({
    id: 'deadline-expression', label: '时限表达式', kind: 'area', isCode: true, get: () => timer(bo).text,
    hint: '例：working_days(7, accepted_on)',
    set: (value) => new Edits(injector, clock).expression(timer(bo).found, timer(bo).kind, value).run(),
  });
}

function propertyEntry(injector, clock, name, spec) {
  const bo = getBusinessObject(clock);
  return entry({
    id: `deadline-${name}`, get: () => property(bo, name), ...spec,
    set: (value) => new Edits(injector, clock).property(name, value).run(),
  });
}

/** The group 法定时限, on a step and on the timer itself. */
export function deadlineEntries(injector, options, element) {
  const clock = isClock(element) ? element : clockOf(element);
  const stack = injector.get('commandStack');
  if (!clock) {
    return [
      note({ id: 'deadline-none', text: () => '本环节没有法定时限。' }),
      buttons({ id: 'deadline-add', buttons: [{ label: '添加法定时限', act: () => stack.execute(DRAW, { step: element }) }] }),
    ];
  }
  const warnings = () => property(getBusinessObject(clock), 'warnings');
  return [
    ...termEntries(injector, options, clock),
    propertyEntry(injector, clock, 'clause', {
      label: '依据条款', kind: 'area', rows: 2, hint: '必填，不超过 120 字',
      check: (value) => (value.trim() ? null : '请写明依据条款'),
    }),
    propertyEntry(injector, clock, 'deadline', {
      label: '时限代码', hint: '同一时限跨几个环节时，各环节写相同的代码',
      check: (value) => (/^[a-z][a-z0-9_]{0,39}$/.test(value) ? null : '由小写字母、数字和下划线组成'),
    }),
    propertyEntry(injector, clock, 'warnings', {
      label: '预警设置', kind: 'area', rows: 2,
      hint: '留空按流程的设置。例：-2=assignee; 0=assignee; 1=assignee,supervisor; daily=supervisor',
    }),
    note({
      id: 'deadline-warnings-meaning', label: '含义', text: () => meaning(warnings(), options.recipients, ofProcess(clock)),
      isBad: () => !isReadable(warnings(), options.recipients),
    }),
    words({ id: 'deadline-recipients', label: '预警设置怎么写', groups: () => [
      { title: '“=”前：距到期日的工作日数（负数为到期前，daily 为超期后每日）；“=”后：提醒谁', words: options.recipients },
    ], use: (word) => addWarning(injector, clock, word) }),
    buttons({ id: 'deadline-remove', buttons: [{ label: '删除时限', act: () => stack.execute(ERASE, { clock }) }] }),
  ];
}

/** The ladder of the whole process, which holds where a term has none of its own. */
function ofProcess(clock) {
  const roots = definitionsOf(getBusinessObject(clock)).get('rootElements');
  return property(roots.find((each) => is(each, 'bpmn:Process')), 'warnings');
}

function addWarning(injector, clock, word) {
  const bo = getBusinessObject(clock);
  const text = property(bo, 'warnings');
  new Edits(injector, clock).property('warnings', text ? `${text}; 0=${word}` : `0=${word}`).run();
}

const GAP = 70;
const FIRST = { deadline: 'due', name: '办理时限 5 个工作日', text: 'working_days(5)' };

/** Draws a timer on the lower edge of a step and the end “标记超期”, in one step that can be undone. */
class Draw {
  constructor(modeling, elementFactory, moddle) {
    Object.assign(this, { modeling, elementFactory, moddle });
  }

  // the step has changed too: the panel shows it anew
  execute({ step }) {
    return [step];
  }

  revert({ step }) {
    return [step];
  }

  postExecute({ step }) {
    const { modeling, elementFactory } = this;
    const clock = elementFactory.createShape({
      type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false,
    });
    this.describe(clock, step);
    const spot = { x: step.x + step.width * 0.3, y: step.y + step.height };
    modeling.createShape(clock, spot, step, { attach: true });
    modeling.updateProperties(clock, { name: FIRST.name });
    const end = modeling.appendShape(clock, { type: 'bpmn:EndEvent' }, { x: spot.x + GAP, y: spot.y + GAP / 2 });
    modeling.updateProperties(end, { name: '标记超期，报告上级' });
  }

  describe(clock, step) {
    const bo = getBusinessObject(clock);
    const make = (type, values, parent) => Object.assign(this.moddle.create(type, values), { $parent: parent });
    const timed = definition(bo, 'Timer');
    timed.timeDate = make('bpmn:FormalExpression', { body: FIRST.text }, timed);
    const kept = make('bpmn:ExtensionElements', { values: [] }, bo);
    const holder = make('spiffworkflow:Properties', { properties: [] }, kept);
    const key = `${step.id.toLowerCase().replace(/[^a-z0-9_]/g, '_').slice(0, 35)}_${FIRST.deadline}`;
    holder.properties = [make('spiffworkflow:Property', { name: 'deadline', value: key.replace(/^[^a-z]/, 's') }, holder)];
    kept.values = [holder];
    bo.extensionElements = kept;
  }
}
Draw.$inject = ['modeling', 'elementFactory', 'moddle'];

/** Removes the timer and what follows it alone. */
class Erase {
  constructor(modeling) {
    this.modeling = modeling;
  }

  preExecute(context) {
    context.step = context.clock.host;
  }

  execute({ step }) {
    return [step];
  }

  revert({ step }) {
    return [step];
  }

  postExecute({ clock }) {
    const follows = clock.outgoing.map((flow) => flow.target).filter((each) => each.incoming.length === 1);
    const ends = follows.filter((each) => is(each, 'bpmn:EndEvent'));
    this.modeling.removeElements([...ends, clock]);
  }
}
Erase.$inject = ['modeling'];

function registerHandlers(commandStack) {
  commandStack.registerHandler(DRAW, Draw);
  commandStack.registerHandler(ERASE, Erase);
}
registerHandlers.$inject = ['commandStack'];

export const deadlineModule = { __init__: [registerHandlers] };
