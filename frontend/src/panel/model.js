// Reads and writes what a drawing keeps for this program; every edit is one undoable command.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const SPIFF = 'spiffworkflow:';
const MANY = 'properties-panel.multi-command-executor';

const extensions = (bo) => bo.get('extensionElements')?.get('values') || [];
const ofType = (bo, type) => extensions(bo).find((each) => is(each, SPIFF + type));
const held = (bo) => ofType(bo, 'Properties')?.get('properties') || [];

/** The business object that carries the properties shown for an element: of a pool, or of the whole, the process. */
export function bearer(element) {
  const bo = getBusinessObject(element);
  const pool = is(bo, 'bpmn:Collaboration') ? bo.get('participants')[0] : bo;
  return pool && is(pool, 'bpmn:Participant') ? pool.get('processRef') || bo : bo;
}

/** The value of one of our properties; empty when it has none. */
export const property = (bo, name) => held(bo).find((each) => each.get('name') === name)?.get('value') ?? '';

/** Every property as [name, value], in drawn order. */
export const properties = (bo) => held(bo).map((each) => [each.get('name'), each.get('value') ?? '']);

/** The text of an extension element such as calledDecisionId. */
export const body = (bo, type) => ofType(bo, type)?.get('value') || '';

/** A list of edits of one element (or of several), carried out together. */
export class Edits {
  constructor(injector, element) {
    this.moddle = injector.get('moddle');
    this.stack = injector.get('commandStack');
    this.element = element;
    this.bo = bearer(element);
    this.list = [];
  }

  /** The same list, for another element. */
  on(element, bo = bearer(element)) {
    const other = Object.create(this);
    other.element = element;
    other.bo = bo;
    return other;
  }

  set(moddleElement, values) {
    const context = { element: this.element, moddleElement, properties: values };
    this.list.push({ cmd: 'element.updateModdleProperties', context });
    return this;
  }

  /** Through bpmn-js itself, which redraws names and labels. */
  update(values) {
    this.list.push({ cmd: 'element.updateProperties', context: { element: this.element, properties: values } });
    return this;
  }

  make(type, values, parent = this.bo) {
    const made = this.moddle.create(type, values);
    made.$parent = parent;
    return made;
  }

  /** All properties of ours, in this order; those without a value go. */
  properties(pairs) {
    const kept = pairs.filter(([, value]) => value !== '' && value != null);
    const holder = ofType(this.bo, 'Properties');
    const parent = holder || this.make(`${SPIFF}Properties`, { properties: [] });
    const made = kept.map(([name, value]) => this.make(`${SPIFF}Property`, { name, value: String(value) }, parent));
    if (holder) return this.set(holder, { properties: made });
    parent.properties = made;
    return made.length ? this.extend(parent) : this;
  }

  property(name, value) {
    const pairs = properties(this.bo);
    const at = pairs.findIndex(([each]) => each === name);
    if (at < 0) pairs.push([name, value]);
    else pairs[at] = [name, value];
    return this.properties(pairs);
  }

  /** One extension element more. */
  extend(value) {
    const parent = this.bo.get('extensionElements') || this.make('bpmn:ExtensionElements', { values: [] });
    value.$parent = parent;
    const values = [...parent.get('values'), value];
    if (this.bo.get('extensionElements')) return this.set(parent, { values });
    parent.values = values;
    return this.set(this.bo, { extensionElements: parent });
  }

  /** The text of an extension element; without a text it goes. */
  body(type, value) {
    const old = ofType(this.bo, type);
    if (old && value) return this.set(old, { value });
    if (old) {
      const parent = this.bo.get('extensionElements');
      return this.set(parent, { values: parent.get('values').filter((each) => each !== old) });
    }
    return value ? this.extend(this.make(`${SPIFF}${type}`, { value })) : this;
  }

  expression(holder, name, text) {
    return this.set(holder, { [name]: text ? this.make('bpmn:FormalExpression', { body: text }, holder) : undefined });
  }

  run() {
    if (this.list.length) this.stack.execute(MANY, this.list);
  }
}

/** The event definition of an event, of the given kind. */
export const definition = (bo, kind) =>
  (bo.get('eventDefinitions') || []).find((each) => is(each, `bpmn:${kind}EventDefinition`));

export const TIMER_KINDS = ['timeDate', 'timeDuration', 'timeCycle'];

/** Which kind of expression a timer has, and its text. */
export function timer(bo) {
  const found = definition(bo, 'Timer');
  const kind = TIMER_KINDS.find((each) => found?.get(each)) || 'timeDate';
  return { found, kind, text: found?.get(kind)?.get('body') || '' };
}

/** Everything of a kind that the drawing holds, in drawn order. */
export function every(injector, type) {
  return injector.get('elementRegistry').filter((each) => is(each, type) && each.type !== 'label');
}

/** The root element (message, signal) of that name, created with the edits when there is none. */
export function rootNamed(edits, definitions, type, name) {
  const found = definitions.get('rootElements').find((each) => is(each, type) && each.get('name') === name);
  if (found) return found;
  const made = edits.make(type, { id: freeId(definitions, type, name), name }, definitions);
  edits.set(definitions, { rootElements: [...definitions.get('rootElements'), made] });
  return made;
}

function freeId(definitions, type, name) {
  const stem = `${type.split(':')[1].toLowerCase()}_${/^[A-Za-z0-9_]+$/.test(name) ? name : 'new'}`;
  const taken = new Set(definitions.get('rootElements').map((each) => each.get('id')));
  for (let number = 1; ; number += 1) {
    const id = number > 1 ? `${stem}_${number}` : stem;
    if (!taken.has(id)) return id;
  }
}

/** The definitions element around a business object. */
export function definitionsOf(bo) {
  let found = bo;
  while (found.$parent) found = found.$parent;
  return found;
}

/** The name of the lane in which a step stands; empty outside every lane. */
export function laneOf(injector, element) {
  const bo = getBusinessObject(element);
  const lane = every(injector, 'bpmn:Lane').find((each) =>
    (getBusinessObject(each).get('flowNodeRef') || []).includes(bo));
  return lane ? getBusinessObject(lane).get('name') || '' : '';
}
