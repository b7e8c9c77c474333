// Where an exclusive gateway leads: the condition of each exit and the default one, on the flow and on the gateway.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { Edits } from './model.js';
import { entry, note } from './entries.js';

const conditionOf = (bo) => bo.get('conditionExpression')?.get('body') || '';
const put = (injector, element, text) => {
  const bo = element.businessObject;
  if (text.trim() === conditionOf(bo)) return;
  new Edits(injector, element).expression(bo, 'conditionExpression', text.trim()).run();
};

/** The entries of a flow; none where the engine reads no condition. */
export function flow(context, vocabulary) {
  const { bo, injector, element } = context;
  const source = bo.get('sourceRef');
  if (!is(source, 'bpmn:ExclusiveGateway')) return [];
  const write = (text) => put(injector, element, text);
  const isDefault = () => source.get('default') === bo;
  return [
    entry({
      id: 'studio-default', label: '默认走向（其他条件都不满足时）', kind: 'tick', get: isDefault,
      set: (on) => chooseDefault(injector, injector.get('elementRegistry').get(source.id), on ? element : null),
    }),
    ...(isDefault() ? [] : [
      entry({
        id: 'studio-condition', label: '条件表达式', kind: 'area', isCode: true, get: () => conditionOf(bo), set: write,
        hint: '例：qualified == True',
      }),
      vocabulary(context, (word) => write(`${conditionOf(bo)} ${word}`)),
    ]),
    note({ id: 'studio-flow-help', text: () => '每个分支写一个条件，并指定一个默认走向。' }),
  ];
}

/** The entries of the gateway itself: which exit is the default, then the condition of each other one. */
export function gateway({ injector, element, bo }) {
  const exits = element.outgoing.filter((each) => is(each, 'bpmn:SequenceFlow'));
  if (exits.length < 2) return [note({ id: 'exits-none', text: () => '只有一个出口时不写条件；请再画一条通往其他元素的连线。' })];
  const chosen = () => bo.get('default');
  return [
    entry({
      id: 'exits-default', label: '默认走向（其他条件都不满足时）', kind: 'select', none: '（未指定）', get: () => chosen()?.id || '',
      options: () => exits.map((each) => ({ value: each.id, label: title(each) })),
      set: (id) => chooseDefault(injector, element, exits.find((each) => each.id === id) || null),
    }),
    ...exits.map((each, index) => (each.businessObject === chosen()
      ? note({ id: `exit-${index}`, label: title(each), text: () => '默认走向，不写条件' })
      : entry({
        id: `exit-${index}`, label: title(each), kind: 'area', rows: 2, isCode: true, hint: '条件表达式',
        get: () => conditionOf(each.businessObject), set: (text) => put(injector, each, text),
      }))),
  ];
}

function title({ businessObject, target }) {
  const name = businessObject.get('name');
  const to = target.businessObject.get('name') || `未命名的元素（${target.id}）`;
  return `${name ? `${name} ` : ''}→ ${to}`;
}

// the default exit has no condition; without `exit` there is none
function chooseDefault(injector, element, exit) {
  const list = new Edits(injector, element).update({ default: exit ? exit.businessObject : undefined });
  if (exit) list.on(exit).set(exit.businessObject, { conditionExpression: undefined });
  list.run();
}
