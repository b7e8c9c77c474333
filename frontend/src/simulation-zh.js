// bpmn-js-token-simulation has no translation of its own: its few texts are replaced as they appear.
const WORDS = {
  'Token Simulation': '走一走', 'Toggle Simulation Log': '显示或隐藏记录', 'Reset Simulation': '重新开始',
  'Play/Pause Simulation': '继续或暂停', 'Simulation Log': '走动记录', 'No Entries': '暂无记录',
  'Trigger Event': '触发', 'Set Sequence Flow': '选择走向', 'Add pause point': '设置停留点',
  'Remove pause point': '取消停留点', 'Found unsupported elements': '有不能模拟的元素', 'Not supported': '不能模拟',
  'Pause Simulation': '已暂停', 'Play Simulation': '继续', Finished: '已结束',
  'Process started': '流程开始', 'Process finished': '流程结束', 'Process canceled': '流程终止',
  'SubProcess started': '子流程开始', 'SubProcess finished': '子流程结束', 'SubProcess canceled': '子流程终止',
  'Service Task': '服务任务', 'User Task': '用户任务', 'Call Activity': '调用活动', 'Script Task': '脚本任务',
  'Business Rule Task': '业务规则任务', 'Manual Task': '手工任务', 'Receive Task': '接收任务', 'Send Task': '发送任务',
  Task: '任务', 'Exclusive Gateway': '排他网关', 'Parallel Gateway': '并行网关', 'Inclusive Gateway': '包容网关',
  'Start Event': '开始事件', 'Intermediate Event': '中间事件', 'Boundary Event': '边界事件', 'End Event': '结束事件',
};
const SCOPE = /^(Focus process instance|View process instance) /;
const SPEED = /^Set animation speed = /;
const SPEEDS = { slow: '慢', normal: '中', fast: '快', Slow: '慢', Normal: '中', Fast: '快' };

/** The Chinese for a text of the simulation; other texts stay. */
export function relabelled(text) {
  const trimmed = text.trim();
  if (SCOPE.test(trimmed)) return trimmed.replace(SCOPE, '查看实例 ');
  if (SPEED.test(trimmed)) return `速度：${SPEEDS[trimmed.replace(SPEED, '')] || trimmed.replace(SPEED, '')}`;
  const [, name, ended] = /^(.*) (started|finished|canceled)$/s.exec(trimmed) || [];
  if (!(trimmed in WORDS) && ended) return `${name}${WORDS[`Process ${ended}`].slice(2)}`;
  return trimmed in WORDS ? text.replace(trimmed, WORDS[trimmed]) : text;
}

function relabel(root) {
  if (root.nodeType === Node.TEXT_NODE) {
    const text = relabelled(root.data);
    if (text !== root.data) root.data = text;
    return;
  }
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  for (const each of [root, ...root.querySelectorAll('[title]')]) {
    const title = each.getAttribute('title');
    if (title && relabelled(title) !== title) each.setAttribute('title', relabelled(title));
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) relabel(node);
}

// only what the simulation draws: a step may be called “Task” by its owner
const PARTS = '[class*="bts-"]';

function SimulationChinese(eventBus, canvas) {
  eventBus.once('import.done', () => {
    const box = canvas.getContainer();
    box.querySelectorAll(PARTS).forEach(relabel);
    const watch = new MutationObserver((changes) => changes.flatMap((each) => [...each.addedNodes]).forEach((node) => {
      const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
      if (element?.closest(PARTS)) relabel(node);
      else element?.querySelectorAll?.(PARTS).forEach(relabel);
    }));
    watch.observe(box, { childList: true, subtree: true });
  });
}
SimulationChinese.$inject = ['eventBus', 'canvas'];

export default { __init__: ['simulationChinese'], simulationChinese: ['type', SimulationChinese] };
