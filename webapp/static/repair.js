// 事实更正: the field is of the kind of the fact that is chosen: a day, or an amount (its title names 元).
const form = document.querySelector('[data-correction]');

function suit() {
  const { fact, new_value: field } = form.elements;
  const words = fact.selectedOptions[0]?.text ?? '';
  const isMoney = words.includes('（元）');
  const isDay = Boolean(fact.value) && !isMoney;
  // what was typed wrongly stays to be read
  const isReadable = !field.value || /^\d{4}-\d{2}-\d{2}$/.test(field.value);
  field.type = isDay && isReadable ? 'date' : 'text';
  field.inputMode = isMoney ? 'decimal' : '';
}

if (form) {
  form.elements.fact.addEventListener('change', () => {
    form.elements.new_value.value = '';
    suit();
  });
  suit();
}
