// The editor of decision tables, in Chinese.
// The licence of dmn-js asks that the bpmn.io mark stays visible and uncovered: leave it alone.
import DmnModeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import words from './zh-dmn.json';
import { missing, translator } from './translate.js';

export { missing };

// What dmn-js writes without asking for a translation, and the one heading that it leaves empty.
const UNASKED = {
  'Move Input': '移动条件列', 'Move Output': '移动结果列', 'Decision table context menu': '决策表菜单',
};

function relabel(place) {
  for (const name of ['title', 'aria-label']) {
    for (const element of place.querySelectorAll(`[${name}]`)) {
      const text = UNASKED[element.getAttribute(name)];
      if (text) element.setAttribute(name, text);
    }
  }
  for (const corner of place.querySelectorAll('th.index-column:empty')) {
    const label = document.createElement('span');
    label.className = 'visually-hidden';
    label.textContent = '行号';
    corner.append(label);
  }
}

/** A decision table editor in `container`. dmn-js wants the translation once for each of its views. */
export function createDmn(container) {
  const view = { additionalModules: [translator(words)] };
  const modeler = new DmnModeler({ container, drd: view, decisionTable: view, literalExpression: view, boxedExpression: view });
  new MutationObserver(() => relabel(container)).observe(container, { childList: true, subtree: true });
  new MutationObserver(() => relabel(document.body)).observe(document.body, { childList: true });
  return modeler;
}
