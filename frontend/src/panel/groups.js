// Which groups of the panel an element has.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { Group } from '@bpmn-io/properties-panel';
import {
  Edits, TIMER_KINDS, bearer, body, definition, definitionsOf, every, laneOf, property, rootNamed, timer,
} from './model.js';
import { entry, note, picks, words } from './entries.js';
import { deadlineEntries, isClock } from './deadline.js';
import { fieldGroup, fieldWords } from './fields.js';
import { gateway, flow } from './gateway.js';
import { isReadable, meaning } from './warnings.js';

// what the stock provider may show: the name, the id, the note on an element
const STOCK = ['general', 'documentation'];
const APPLICANT = '申请人';
// what the engine asks for where the drawing says nothing
const ANYBODY = 'task:work';
const KINDS = { timeDate: '到某一时刻', timeDuration: '经过一段时间', timeCycle: '重复' };
// properties of single steps that only some forms read
const RARE = { refused_by: '不符合条件由哪个环节作出', result: '告知的结果', board: '看板' };

class StudioProvider {
  constructor(propertiesPanel, injector, options, eventBus) {
    this.injector = injector;
    this.options = options;
    propertiesPanel.registerProvider(400, this);
    // the panel of a step shows what is drawn on its boundary: it follows that, also when it is undone
    eventBus.on('elements.changed', ({ elements }) => {
      const [shown] = injector.get('selection').get();
      if (shown && elements.some((each) => each.host === shown || each.source === shown)) eventBus.fire('propertiesPanel.providersChanged');
    });
  }

  getGroups(element) {
    return (groups) => [
      ...groups.filter((each) => STOCK.includes(each.id) && !isWhole(element)),
      ...this.ours(element).filter(Boolean),
    ];
  }

  ours(element) {
    const context = { injector: this.injector, options: this.options, element, bo: bearer(element) };
    if (is(element, 'bpmn:UserTask')) return step(context);
    if (is(element, 'bpmn:Lane')) return [group('lane', '办理部门', [laneName(context)])];
    if (is(element, 'bpmn:SequenceFlow')) return [group('condition', '流转条件', flow(context, vocabulary))];
    if (is(element, 'bpmn:ExclusiveGateway')) return [group('exits', '各个出口', gateway(context))];
    if (is(element, 'bpmn:BusinessRuleTask')) return [rule(context)];
    if (isWhole(element)) return [wholeProcess(context)];
    return is(element, 'bpmn:Event') ? event(context) : [];
  }
}
StudioProvider.$inject = ['propertiesPanel', 'injector', 'config.studioOptions', 'eventBus'];

export const studioModule = { __init__: ['studioProvider'], studioProvider: ['type', StudioProvider] };

const isWhole = (element) => is(bearer(element), 'bpmn:Process');

const group = (id, label, entries) => entries.length && {
  id, label, component: Group, entries, shouldOpen: true,
};

/** An entry for one of our properties. */
function kept(context, name, spec) {
  return entry({
    id: `studio-${name}`, get: () => property(context.bo, name),
    set: (value) => edits(context).property(name, value).run(), ...spec,
  });
}

const edits = ({ injector, element }) => new Edits(injector, element);
const chosen = (context, name, label, list, more = {}) =>
  kept(context, name, { label, kind: 'select', options: () => context.options[list], none: '（未指定）', ...more });

function step(context) {
  const { injector, options, element } = context;
  const lane = laneOf(injector, element);
  return [
    group('who', '办理部门与表单', [
      note({ id: 'studio-lane', label: '办理部门', text: () => lane || '不在任何泳道内，请移入一条泳道' }),
      ...(lane === APPLICANT ? [chosen(context, 'on_behalf', '代办部门', 'departments', { hint: '可以替申请人办理的部门' })] : []),
      chosen(context, 'form', '办理表单', 'forms', { hint: '“只有自绘字段”的表单由下面的字段组成' }),
      chosen(context, 'status', '案卷状态', 'statuses', { hint: '办到本环节时案卷显示的状态' }),
      chosen(context, 'permission', '办理权限', 'permissions', {
        none: null, get: () => property(context.bo, 'permission') || ANYBODY,
      }),
      chosen(context, 'priority', '优先级', 'priorities', { none: null }),
      chosen(context, 'decision', '办理时显示的决策表', 'decisions', { none: '（不显示）' }),
      separation(context),
      ...rare(context),
    ]),
    group('deadline', '法定时限', deadlineEntries(injector, options, element)),
    fieldGroup(injector, options, element),
  ];
}

function separation(context) {
  return picks({
    id: 'studio-separation', label: '岗位分离', none: '添加不得由同一人办理的环节……',
    get: () => property(context.bo, 'not_same_as').split(',').filter(Boolean),
    set: (ids) => edits(context).property('not_same_as', ids.join(',')).run(),
    options: () => steps(context).filter((each) => each.value !== context.element.id),
  });
}

const steps = ({ injector }) => every(injector, 'bpmn:UserTask').map((each) => ({
  value: each.id, label: getBusinessObject(each).get('name') || `（未命名的环节 ${each.id}）`,
}));

function rare(context) {
  return Object.keys(RARE).filter((name) => isRare(context, name)).map((name) => (name === 'refused_by'
    ? kept(context, name, { label: RARE[name], kind: 'select', none: '（未指定）', options: () => steps(context) })
    : kept(context, name, { label: RARE[name] })));
}

function isRare({ bo }, name) {
  return property(bo, name) !== '' || (name === 'refused_by' && property(bo, 'form') === 'refusal_notice');
}

function laneName({ options, element, injector, bo }) {
  return entry({
    id: 'studio-lane-name', label: '办理部门', kind: 'select', none: '（未指定）', options: () => options.lanes,
    hint: '泳道内各环节由该部门办理', get: () => bo.get('name') || '',
    set: (name) => new Edits(injector, element).update({ name }).run(),
  });
}

function vocabulary({ injector, options }, use) {
  return words({
    id: 'studio-words', label: '可用的事实、字段和函数', use,
    groups: () => [
      { title: '本流程自绘的字段', words: fieldWords(every(injector, 'bpmn:UserTask')) },
      { title: '办理结果', words: options.routing },
      { title: '案卷事实', words: options.facts },
      { title: '函数', words: options.functions },
    ].filter((each) => each.words.length),
  });
}

function rule(context) {
  return group('rule', '决策表', [entry({
    id: 'studio-called', label: '执行的决策表', kind: 'select', none: '（未指定）', options: () => context.options.decisions,
    get: () => body(context.bo, 'CalledDecisionId'),
    set: (value) => edits(context).body('CalledDecisionId', value).run(),
  })]);
}

function wholeProcess(context) {
  return group('process', '业务与承诺', [
    entry({
      id: 'studio-process-name', label: '流程名称', get: () => context.bo.get('name') || '', set: (name) => rename(context, name),
      check: (name) => (name.trim() ? null : '请填写流程名称'),
    }),
    note({ id: 'studio-process-id', label: '流程标识', text: () => context.bo.get('id') }),
    kept(context, 'promise', { label: '承诺办结时限（工作日）', hint: '留空为不承诺' }),
    kept(context, 'promise_from', {
      label: '承诺起算日', kind: 'select', none: '（未指定）',
      options: () => context.options.facts.filter((each) => each.value.endsWith('_on')),
    }),
    kept(context, 'promise_clause', { label: '承诺依据', kind: 'area', rows: 2 }),
    kept(context, 'warnings', {
      label: '预警设置', kind: 'area', rows: 2,
      hint: '例：-2=assignee; 0=assignee; 1=assignee,supervisor; daily=supervisor（assignee 经办人，supervisor 部门负责人，manager 主管领导）',
    }),
    note({
      id: 'studio-warnings-meaning', label: '含义',
      text: () => meaning(property(context.bo, 'warnings'), context.options.recipients),
      isBad: () => !isReadable(property(context.bo, 'warnings'), context.options.recipients),
    }),
    kept(context, 'startable', {
      label: '由人员直接发起', kind: 'select', none: '否', options: () => [{ value: 'yes', label: '是，列入“业务发起”' }],
    }),
    explanation(context),
    kept(context, 'series', { label: '案卷编号字头', hint: '两个大写字母，留空为 TY' }),
  ]);
}

// what people read before they start a case
const explanation = (context) => entry({
  id: 'studio-documentation', label: '业务说明', kind: 'area', rows: 3, hint: '“业务发起”页面上显示，不超过 500 字',
  get: () => context.bo.get('documentation')[0]?.get('text') || '',
  set: (text) => {
    const list = edits(context);
    list.set(context.bo, { documentation: text ? [list.make('bpmn:Documentation', { text })] : [] }).run();
  },
});

// the process and the pool that shows it have one name
function rename({ injector, element, bo }, name) {
  const list = new Edits(injector, element).set(bo, { name });
  every(injector, 'bpmn:Participant').filter((each) => bearer(each) === bo).forEach((each) => list.on(each).update({ name }));
  list.run();
}

function event(context) {
  const { injector, options, element, bo } = context;
  if (isClock(element)) return [group('deadline', '法定时限', deadlineEntries(injector, options, element))];
  const isThrown = isAny(element, ['bpmn:IntermediateThrowEvent', 'bpmn:EndEvent']);
  return [
    definition(bo, 'Timer') && group('timer', '定时', timerEntries(context)),
    definition(bo, 'Message') && group('message', isThrown ? '系统办理的事项' : '等待的消息', [reference(context, 'Message', {
      label: isThrown ? '事项' : '消息', kind: 'select', none: '（未指定）', options: () => options[isThrown ? 'acts' : 'messages'],
    })]),
    definition(bo, 'Signal') && group('signal', '信号', [reference(context, 'Signal', {
      label: '信号名称', hint: '抛出与捕获同名信号的事件相互呼应',
    })]),
    is(element, 'bpmn:EndEvent') && definition(bo, 'Terminate') && group('end', '办结', [
      chosen(context, 'status', '办结状态', 'endings'),
    ]),
    is(element, 'bpmn:EndEvent') && !definition(bo, 'Terminate') && group('end', '办结', [
      note({ id: 'studio-end', text: () => '普通结束：只结束本分支，案卷不办结。要办结案卷，请改为“终止结束事件”。' }),
    ]),
    is(element, 'bpmn:IntermediateCatchEvent') && group('wait', '等待期间', [
      chosen(context, 'status', '案卷状态', 'statuses'),
    ]),
  ];
}

function timerEntries(context) {
  const { bo } = context;
  const write = (kind, text) => {
    const { found } = timer(bo);
    const list = edits(context);
    TIMER_KINDS.filter((each) => each !== kind && found.get(each)).forEach((each) => list.expression(found, each, ''));
    list.expression(found, kind, text).run();
  };
  return [
    entry({
      id: 'studio-timer-kind', label: '方式', kind: 'select', get: () => timer(bo).kind,
      options: () => Object.entries(KINDS).map(([value, label]) => ({ value, label })),
      set: (kind) => write(kind, timer(bo).text || 'working_days(1)'),
    }),
    entry({
      id: 'studio-timer', label: '时间表达式', kind: 'area', isCode: true, get: () => timer(bo).text,
      hint: '例：working_days(5, accepted_on)；重复：every(30, working_days(1, opinions_due_on))',
      set: (text) => write(timer(bo).kind, text.trim()),
    }),
    vocabulary(context, (word) => write(timer(bo).kind, `${timer(bo).text}${word}`)),
  ];
}

function reference(context, kind, spec) {
  const name = `${kind.toLowerCase()}Ref`;
  const found = () => definition(context.bo, kind);
  return entry({
    id: `studio-${name}`, ...spec, get: () => found().get(name)?.get('name') || '',
    set: (value) => {
      const list = edits(context);
      const root = value.trim() && rootNamed(list, definitionsOf(context.bo), `bpmn:${kind}`, value.trim());
      list.set(found(), { [name]: root || undefined }).run();
    },
  });
}
