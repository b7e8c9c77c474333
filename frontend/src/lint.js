// The check while drawing: bpmnlint without its Node resolver: rules imported one by one, messages in Chinese.
// It sees what is missing at once; whether a drawing may be published is decided by the check of the server.
import conditionalFlows from 'bpmnlint/rules/conditional-flows';
import endEvent from 'bpmnlint/rules/end-event-required';
import fakeJoin from 'bpmnlint/rules/fake-join';
import labelRequired from 'bpmnlint/rules/label-required';
import noComplexGateway from 'bpmnlint/rules/no-complex-gateway';
import noDisconnected from 'bpmnlint/rules/no-disconnected';
import noDuplicateFlows from 'bpmnlint/rules/no-duplicate-sequence-flows';
import noGatewayJoinFork from 'bpmnlint/rules/no-gateway-join-fork';
import noImplicitEnd from 'bpmnlint/rules/no-implicit-end';
import noImplicitSplit from 'bpmnlint/rules/no-implicit-split';
import startEvent from 'bpmnlint/rules/start-event-required';
import superfluousGateway from 'bpmnlint/rules/superfluous-gateway';
import { is, isAny } from 'bpmnlint-utils';
import { body, definition, property, timer } from './panel/model.js';

const WORDS = {
  'Sequence flow is missing condition': '分支缺少条件（或指定一个默认走向）',
  'Element is missing label/name': '缺少名称',
  'Element is not connected': '没有连线',
  'Flow splits implicitly': '未用网关直接分叉',
  'Element is an implicit end': '流程在此处悬空结束，请连到结束事件',
  'Element is an implicit start': '流程从此处悬空开始',
  'Incoming flows do not join': '多条流入未经网关汇合',
  'Gateway is superfluous. It only has one source and target.': '多余的网关：只有一进一出',
  'Gateway forks and joins': '网关同时汇合又分叉，请拆成两个',
  'Process is missing end event': '流程缺少结束事件',
  'Process is missing start event': '流程缺少开始事件',
  'Duplicate outgoing sequence flows': '重复的流出连线',
  'Duplicate incoming sequence flows': '重复的流入连线',
  'SequenceFlow is a duplicate': '重复的连线',
  'Element type <bpmn:ComplexGateway> is discouraged': '不能使用复杂网关，请改用排他网关或并行网关',
};
const FORBIDDEN = {
  'bpmn:ScriptTask': '不允许脚本，请改用用户任务或决策表',
  'bpmn:ServiceTask': '不允许服务调用，请改用用户任务',
  'bpmn:SendTask': '请改用中间抛出事件',
  'bpmn:ReceiveTask': '请改用中间捕获事件',
  'bpmn:ManualTask': '请改用用户任务',
  'bpmn:CallActivity': '不能调用其他流程，请直接画出各环节',
  'bpmn:SubProcess': '不能使用子流程，请直接画出各环节',
  'bpmn:InclusiveGateway': '请改用排他网关或并行网关',
};

const rule = (check) => () => ({ check: (node, reporter) => check(node, (text) => reporter.report(node.id, text)) });
const ours = {
  'known-element': rule((node, say) => {
    if (node.$type === 'bpmn:Task') say('请选定任务的类型：用户任务或业务规则任务');
    const found = Object.keys(FORBIDDEN).find((type) => is(node, type));
    if (found) say(FORBIDDEN[found]);
  }),
  'step-complete': rule((node, say) => {
    if (!is(node, 'bpmn:UserTask')) return;
    if (!property(node, 'form')) say('环节没有指定办理表单');
    if (!property(node, 'status')) say('环节没有指定案卷状态');
  }),
  'deadline-clause': rule((node, say) => {
    if (is(node, 'bpmn:BoundaryEvent') && property(node, 'deadline') && !property(node, 'clause')) {
      say('法定时限没有写明依据条款');
    }
  }),
  'timer-expression': rule((node, say) => {
    if (is(node, 'bpmn:Event') && definition(node, 'Timer') && !timer(node).text) say('定时没有写时间表达式');
  }),
  'message-named': rule((node, say) => {
    if (!is(node, 'bpmn:Event')) return;
    if (definition(node, 'Message') && !definition(node, 'Message').get('messageRef')) say('没有选定消息或事项');
    if (definition(node, 'Signal') && !definition(node, 'Signal').get('signalRef')) say('没有写信号名称');
  }),
  'decision-chosen': rule((node, say) => {
    if (is(node, 'bpmn:BusinessRuleTask') && !body(node, 'CalledDecisionId')) say('没有指定执行的决策表');
  }),
  'ending-status': rule((node, say) => {
    if (is(node, 'bpmn:EndEvent') && definition(node, 'Terminate') && !property(node, 'status')) {
      say('终止结束事件没有指定办结状态');
    }
  }),
  'reserved-id': rule((node, say) => {
    if (['Start', 'End', 'Root'].includes(node.id)) say('标识 Start、End、Root 由系统保留，请更换');
  }),
  'default-chosen': rule((node, say) => {
    if (is(node, 'bpmn:ExclusiveGateway') && node.outgoing?.length > 1 && !node.default) say('没有指定默认走向');
  }),
  'lane-named': rule((node, say) => {
    if (isAny(node, ['bpmn:Lane']) && !node.name) say('泳道没有指定办理部门');
  }),
};
const stock = {
  'conditional-flows': conditionalFlows, 'end-event-required': endEvent, 'fake-join': fakeJoin,
  'label-required': labelRequired, 'no-complex-gateway': noComplexGateway, 'no-disconnected': noDisconnected,
  'no-duplicate-sequence-flows': noDuplicateFlows, 'no-gateway-join-fork': noGatewayJoinFork,
  'no-implicit-end': noImplicitEnd, 'no-implicit-split': noImplicitSplit, 'start-event-required': startEvent,
  'superfluous-gateway': superfluousGateway,
};
const MILD = ['fake-join', 'superfluous-gateway', 'no-gateway-join-fork', 'label-required'];

// gateways that only fork or join carry no question, and so no name
const unnamed = (node) => is(node, 'bpmn:Gateway') && (!is(node, 'bpmn:ExclusiveGateway') || node.outgoing?.length < 2);
const isExempt = (name, node) =>
  name === 'label-required' && (unnamed(node) || isAny(node, ['bpmn:SequenceFlow', 'bpmn:Lane']));

// without `meta`, or the list would link to the web
function chinese(name, factory) {
  return (config) => {
    const made = factory(config);
    const say = (node, reporter) => ({
      report: (id, message, ...rest) => isExempt(name, node) || reporter.report(id, WORDS[message] || message, ...rest),
    });
    const wrap = (check) => (node, reporter) => check(node, say(node, reporter));
    const check = typeof made.check === 'function' ? wrap(made.check)
      : Object.fromEntries(Object.entries(made.check).map(([when, each]) => [when, wrap(each)]));
    return { check };
  };
}

const rules = {
  ...Object.fromEntries(Object.keys(stock).map((name) => [name, MILD.includes(name) ? 'warn' : 'error'])),
  ...Object.fromEntries(Object.keys(ours).map((name) => [`duoshen/${name}`, 'error'])),
};

export default {
  config: { rules },
  resolver: {
    resolveRule: (pkg, name) => (pkg === 'bpmnlint' ? chinese(name, stock[name]) : ours[name]),
    resolveConfig: (pkg, name) => { throw new Error(`no config ${pkg}/${name}`); },
  },
};
