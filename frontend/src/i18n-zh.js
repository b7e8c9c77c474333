// Chinese labels for every diagram page: the community dictionary (its file really is named "zn").
import dictionary from 'bpmn-js-i18n/translations/zn.js';

function translate(template, replacements = {}) {
  const text = dictionary[template] || template;
  return text.replace(/{([^}]+)}/g, (whole, key) => (key in replacements ? replacements[key] : whole));
}

export default { translate: ['value', translate] };
