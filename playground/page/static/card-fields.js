// Fields with typed values: texts, dates, times.

import { el, freshId } from './dom.js';
import { pick, t } from './i18n.js';

// field combines label, control and error text, keeps the typed value across redraws and registers in the form. read
// returns the control's value, write sets it, base is the value that the card shows first.
export function field(node, ctx, control, { read, write, base, changed = 'input' }) {
  const id = freshId('field');
  control.id = id;
  const error = el('p', { class: 'c-error', id: id + '-error', hidden: true });
  const label = pick(node.label);
  const key = `${ctx.form?.name || ''}.${node.name || ''}`;
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const kept = ctx.typed.get(key);
  if (kept && same(kept.base, base)) write(kept.value);
  control.dataset.field = node.name || '';
  if (node.required) control.setAttribute('aria-required', 'true');
  control.addEventListener(changed, () => {
    ctx.typed.set(key, { base, value: read() });
    if (!error.hidden) check();
  });

  function say(problem) {
    error.textContent = problem;
    error.hidden = problem === '';
    control.toggleAttribute('aria-invalid', false);
    if (problem) {
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', error.id);
    } else {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    return problem === '';
  }
  function check() {
    const v = read();
    const missing = v === '' || (Array.isArray(v) && v.length === 0);
    if (node.required && missing && !node.disabled) return say(t('required'));
    const most = node.tag === 'input' ? node.max_length || 1000 : 0;
    if (most && [...v].length > most) return say(t('toolong', { n: most }));
    return say('');
  }
  if (ctx.form && node.name) {
    ctx.form.fields.set(node.name, { value: read, check, control, disabled: node.disabled === true });
    ctx.form.resets.push(() => { write(base); ctx.typed.delete(key); say(''); });
  }
  const name = label || pick(node.placeholder) || node.name || '';
  if (!label) control.setAttribute('aria-label', name);
  return el('div', { class: 'c-field', 'data-position': node.label_position || 'top', 'data-fill': node.width === 'fill' },
    label && el('label', { class: 'c-label', for: id }, label, node.required && el('span', { class: 'c-star', 'aria-hidden': 'true' }, '*')),
    control, error);
}

function input(node, ctx) {
  const props = { class: 'c-input', placeholder: pick(node.placeholder), disabled: node.disabled, autocomplete: 'off', spellcheck: 'false',
    title: node.disabled ? pick(node.disabled_tips) : null };
  const control = node.input_type === 'multiline_text'
    ? el('textarea', { ...props, rows: node.rows || 3 })
    : el('input', { ...props, type: node.input_type === 'password' ? 'password' : 'text' });
  const base = node.i18n_default_value ? pick(node, 'default_value') : node.default_value || '';
  control.value = base;
  return field(node, ctx, control, { read: () => control.value, write: (v) => { control.value = v; }, base });
}

const picker = (type, initial, toValue, toControl) => (node, ctx) => {
  const base = node[initial] || '';
  const control = el('input', { class: 'c-input', type, disabled: node.disabled });
  control.value = toControl(base);
  return field(node, ctx, control, { read: () => toValue(control.value), write: (v) => { control.value = toControl(v); }, base, changed: 'change' });
};
const as = (v) => v;

export const components = { input,
  date_picker: picker('date', 'initial_date', as, as),
  picker_time: picker('time', 'initial_time', as, as),
  picker_datetime: picker('datetime-local', 'initial_datetime', (v) => v.replace('T', ' '), (v) => v.replace(' ', 'T')) };
