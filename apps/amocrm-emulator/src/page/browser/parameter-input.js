/** An input for one parameter of `GET /_emulator/catalogue`: the page has no list of switches of its own. */
import { el } from './dom.js';

/** Values that are words of the control API, for people. */
const CHOICES = {
  national_digits: 'десять цифр находят любое написание',
  plain: 'как текст',
  digits: 'как подстроку цифр',
  refuse_batch: 'отклоняет весь пакет (400)',
  keep_good_400: 'хорошие записаны, ответ 400',
  keep_good_200: 'хорошие записаны, ответ 200',
  documented: 'обязательны, как в документации',
  lenient: 'любые',
  all_equal: 'источник, uniq, телефон и время равны',
  source_uid: 'равен source_uid',
  no_content: '204',
  is_deleted: 'карточка с is_deleted',
  false: 'нет',
  true: 'да',
  partly: 'частично',
  later: 'позже ответа',
  null: '—',
};

/** @returns the input; `read()` gives its value, undefined while what is typed is no value. */
export function parameterInput(parameter, value, key, onChange) {
  const control = parameter.input === 'count' ? countInput(parameter, value) : choiceInput(parameter, value);
  control.node.dataset.key = key;
  control.node.setAttribute('aria-label', parameter.label);
  control.node.addEventListener('change', () => {
    const given = control.read();
    control.node.toggleAttribute('aria-invalid', given === undefined);
    if (given !== undefined) onChange(given);
  });
  return control;
}

function countInput({ min, max, isNullable }, value) {
  const node = el('input', '');
  node.type = 'number';
  node.min = String(min);
  if (max < Number.MAX_SAFE_INTEGER) node.max = String(max);
  node.placeholder = isNullable ? 'нет' : '';
  node.value = value === null || value === undefined ? '' : String(value);
  const read = () => {
    if (node.value === '') return isNullable && !node.validity.badInput ? null : undefined;
    return node.checkValidity() ? Number(node.value) : undefined;
  };
  return { node, read };
}

function choiceInput({ input, choices, isNullable }, value) {
  const values = [...(isNullable ? [null] : []), ...(input === 'flag' ? [false, true] : choices)];
  const options = values.map((each, index) => {
    const option = el('option', '', CHOICES[String(each)] ?? String(each));
    option.value = String(index);
    option.selected = each === value;
    return option;
  });
  const node = el('select', '', options);
  return { node, read: () => values[Number(node.value)] };
}
