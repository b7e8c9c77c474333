// What the palette and the menus offer: only elements that the engine executes; a task is a user task from the start.
const REFUSED = new RegExp([
  'script', 'service', 'send-', 'receive', 'manual', 'call-activity', 'sub-?process', 'transaction', 'ad-hoc',
  'inclusive', 'complex', 'condition(al)?-', 'conditional$', 'error', 'escalation', 'compensation', 'link', 'cancel',
  'multiple', 'data-', 'expanded', 'group', 'instantiat', 'collapsed', 'message-end', 'signal-end', 'message-start',
  'timer-start', 'signal-start', 'signal-intermediate-catch', 'none-intermediate', 'none-boundary', 'create\\.intermediate',
  'append\\.intermediate', 'conditional-flow', '-task$', 'none-task', 'mi$', 'loop', 'collection', 'multiplicity',
].join('|'));
const KEPT = /user-task|rule-task|append\.append-task|create\.task|non-interrupting-(timer|message|signal)-boundary|append-anything|create-element/;

const isOffered = (id) => KEPT.test(id) || !REFUSED.test(id);
const only = (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => isOffered(id)));

class Offer {
  constructor(palette, contextPad, popupMenu, injector) {
    this.injector = injector;
    // last of all providers
    palette.registerProvider(100, this);
    contextPad.registerProvider(100, this);
    for (const menu of ['bpmn-replace', 'bpmn-create', 'bpmn-append']) popupMenu.registerProvider(menu, 100, this);
  }

  userTask() {
    return this.injector.get('elementFactory').createShape({ type: 'bpmn:UserTask' });
  }

  getPaletteEntries() {
    const start = (event) => this.injector.get('create').start(event, this.userTask());
    return (entries) => this.withTask(entries, 'create.task', { dragstart: start, click: start });
  }

  getContextPadEntries(element) {
    const start = (event) => this.injector.get('create').start(event, this.userTask(), { source: element });
    const append = () => this.injector.get('autoPlace').append(element, this.userTask());
    return (entries) => this.withTask(entries, 'append.append-task', { dragstart: start, click: append });
  }

  getMultiElementContextPadEntries() {
    return (entries) => entries;
  }

  withTask(entries, id, action) {
    const kept = only(entries);
    if (kept[id]) Object.assign(kept[id], { action, className: 'bpmn-icon-user-task', title: '添加用户任务' });
    return kept;
  }

  getPopupMenuEntries() {
    return only;
  }

  getPopupMenuHeaderEntries() {
    return only;
  }
}
Offer.$inject = ['palette', 'contextPad', 'popupMenu', 'injector'];

export default { __init__: ['studioOffer'], studioOffer: ['type', Offer] };
