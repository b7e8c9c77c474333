// Chinese for the editors: the community dictionary, our corrections and additions on top, and what is still missing.
import dictionary from 'bpmn-js-i18n/translations/zn.js';

/** Texts without a translation that were shown: a test asks for it and fails on anything. */
export const missing = new Set();

/** The `translate` module of diagram-js for the dictionaries, the later one wins. */
export function translator(...dictionaries) {
  const words = Object.assign({}, ...dictionaries);
  function translate(template, replacements = {}) {
    const key = String(template);
    if (!(key in words) && /[A-Za-z]{3}/.test(key)) missing.add(key);
    return (words[key] || key).replace(/{([^}]+)}/g, (whole, name) => (name in replacements ? replacements[name] : whole));
  }
  return { translate: ['value', translate] };
}

export { dictionary };
