// The editor of drawings: bpmn-js with our panel, the check while drawing, simulation, minimap and colours, in Chinese.
// The licence of bpmn-js asks that the bpmn.io mark (.bjs-powered-by) stays visible and uncovered: leave it alone.
import BpmnModeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import colorPicker from 'bpmn-js-color-picker';
import lintModule from 'bpmn-js-bpmnlint';
import minimap from 'diagram-js-minimap';
import tokenSimulation from 'bpmn-js-token-simulation';
import bpmnlint from './lint.js';
import offer from './offer.js';
import ownWords from './zh-own.json';
import simulationChinese from './simulation-zh.js';
import spiffworkflow from './spiff-moddle.json';
import { deadlineModule } from './panel/deadline.js';
import { studioModule } from './panel/groups.js';
import { dictionary, missing, translator } from './translate.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import 'bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import './overrides.css';

export { missing };

/**
 * An editor in `canvas` with its panel in `panel`. `options` are what the selects of the panel offer, each a list of
 * { value, label }: lanes, departments, forms, statuses, endings, permissions, priorities, decisions, facts, routing,
 * functions, messages, acts, recipients, kinds.
 */
export function createModeler({ canvas, panel, options }) {
  return new BpmnModeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    studioOptions: options,
    linting: { bpmnlint, active: true },
    moddleExtensions: { spiffworkflow },
    additionalModules: [
      translator(dictionary, ownWords), BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, studioModule,
      deadlineModule, CreateAppendAnythingModule, minimap, colorPicker, lintModule, offer, tokenSimulation, simulationChinese,
    ],
  });
}
