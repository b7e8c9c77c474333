// The entries of the panel: one small description each, drawn with the fields of the panel's own library.
import { h } from '@bpmn-io/properties-panel/preact';
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

const FIELDS = {
  text: [TextFieldEntry, isTextFieldEntryEdited],
  area: [TextAreaEntry, isTextAreaEntryEdited],
  select: [SelectEntry, isSelectEntryEdited],
  tick: [CheckboxEntry, isCheckboxEntryEdited],
};

// a value that is no longer offered stays visible, so that opening a drawing changes nothing
function offered(options, value, none) {
  const known = value === '' || options.some((each) => each.value === value);
  return [...(none == null ? [] : [{ value: '', label: none }]), ...options,
    ...(known ? [] : [{ value, label: `${value}（不在可选范围内）` }])];
}

function Field({ element, id, spec }) {
  const debounce = useService('debounceInput');
  const [Entry] = FIELDS[spec.kind || 'text'];
  const props = {
    element, id, debounce,
    label: spec.label,
    description: spec.hint,
    getValue: () => spec.get(),
    setValue: (value) => spec.set(value ?? ''),
  };
  if (spec.kind === 'select') props.getOptions = () => offered(spec.options(), spec.get(), spec.none);
  if (spec.kind === 'area') Object.assign(props, { monospace: spec.isCode, rows: spec.rows || 3 });
  if (spec.kind !== 'select' && spec.check) props.validate = (value) => spec.check(value ?? '');
  return Entry(props);
}

/** { id, label, kind, get, set, hint, options, none, check } → an entry of the panel. */
export const entry = (spec) => ({
  id: spec.id, component: Field, spec, isEdited: FIELDS[spec.kind || 'text'][1],
});

function Note({ id, spec }) {
  return h('div', { class: 'bio-properties-panel-entry', 'data-entry-id': id },
    spec.label && h('div', { class: 'bio-properties-panel-label' }, spec.label),
    h('div', { class: spec.isBad?.() ? 'studio-note studio-note-bad' : 'studio-note', role: 'status' }, spec.text()));
}

/** Something to read. */
export const note = (spec) => ({ id: spec.id, component: Note, spec });

function Buttons({ id, spec }) {
  return h('div', { class: 'bio-properties-panel-entry studio-buttons', 'data-entry-id': id },
    spec.buttons.map(({ label, act, off }) =>
      h('button', { type: 'button', class: 'btn btn-sm btn-outline-primary', disabled: off, onClick: act }, label)));
}

/** A row of buttons. */
export const buttons = (spec) => ({ id: spec.id, component: Buttons, spec });

function Picks({ id, spec }) {
  const chosen = spec.get();
  const free = spec.options().filter((each) => !chosen.includes(each.value));
  const title = (value) => spec.options().find((each) => each.value === value)?.label || value;
  const pick = (event) => event.target.value && spec.set([...chosen, event.target.value]);
  return h('div', { class: 'bio-properties-panel-entry', 'data-entry-id': id },
    h('label', { class: 'bio-properties-panel-label', for: `pick-${id}` }, spec.label),
    chosen.map((value) => h('div', { class: 'studio-pick', key: value },
      h('span', null, title(value)),
      h('button', {
        type: 'button', class: 'btn btn-sm btn-link', 'aria-label': `移除 ${title(value)}`,
        onClick: () => spec.set(chosen.filter((each) => each !== value)),
      }, '移除'))),
    h('select', { id: `pick-${id}`, class: 'bio-properties-panel-input', value: '', onChange: pick },
      h('option', { value: '' }, spec.none), free.map(({ value, label }) => h('option', { value, key: value }, label))),
    spec.hint && h('div', { class: 'bio-properties-panel-description' }, spec.hint));
}

/** Several of a list. */
export const picks = (spec) => ({ id: spec.id, component: Picks, spec });

function Words({ id, spec }) {
  return h('details', { class: 'bio-properties-panel-entry studio-words', 'data-entry-id': id },
    h('summary', null, spec.label),
    spec.groups().map(({ title, words }) => h('div', { key: title },
      h('div', { class: 'studio-words-title' }, title),
      h('ul', null, words.map(({ value, label }) => h('li', { key: value },
        h('button', { type: 'button', class: 'btn btn-sm btn-link', onClick: () => spec.use(value) }, value),
        label && label !== value ? h('span', null, label.replace(`（${value}）`, '')) : null))))));
}

/** The words that may be used in an expression; pressing one writes it at the end. */
export const words = (spec) => ({ id: spec.id, component: Words, spec });
