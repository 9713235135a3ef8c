// Fields with choices: selects, people, checkers, pictures, the overflow menu.

import { el, icon } from './dom.js';
import { pick, t } from './i18n.js';
import { field } from './card-fields.js';
import { text } from './card-text.js';

const values = (select) => [...select.selectedOptions].map((o) => o.value);

function single(options, node, ctx) {
  const control = el('select', { class: 'c-input c-select', disabled: node.disabled },
    el('option', { value: '' }, pick(node.placeholder) || t('choose')), options);
  // initial_option is an option's content, initial_index its place from 1.
  const first = node.tag === 'select_person' ? null
    : (node.options || []).find((o, i) => i + 1 === node.initial_index || pick(o.text) === node.initial_option || o.text?.content === node.initial_option);
  const base = first ? first.value : node.tag === 'select_person' ? node.initial_option || '' : '';
  control.value = base;
  const out = field(node, ctx, control, { read: () => control.value, write: (v) => { control.value = v; }, base, changed: 'change' });
  return out;
}

function several(options, node, ctx) {
  const control = el('select', { class: 'c-input', multiple: true, disabled: node.disabled, size: Math.min(5, options.length) }, options);
  const base = node.selected_values || [];
  const write = (list) => { for (const o of control.options) o.selected = list.includes(o.value); };
  write(base);
  return field(node, ctx, control, { read: () => values(control), write, base, changed: 'change' });
}

const fixed = (node) => (node.options || []).map((o) => el('option', { value: o.value }, pick(o.text) || o.value));
const persons = (node, ctx) => (node.options || []).map((o) => el('option', { value: o.value }, ctx.person(o.value)));

function checker(node, ctx) {
  const control = el('input', { type: 'checkbox', class: 'c-check', disabled: node.disabled });
  const base = node.checked === true;
  control.checked = base;
  const wrapped = field(node, ctx, control, { read: () => control.checked, write: (v) => { control.checked = v; }, base, changed: 'change' });
  const label = el('label', { class: 'c-checker', for: control.id }, text(node.text, ctx));
  control.removeAttribute('aria-label');
  wrapped.classList.add('c-inline');
  control.after(label);
  return wrapped;
}

function pictures(node, ctx) {
  const chosen = new Set(node.selected_values || []);
  const buttons = (node.options || []).map((o) => el('button', { type: 'button', class: 'c-pick', disabled: node.disabled || o.disabled, 'aria-pressed': String(chosen.has(o.value)), 'data-value': o.value,
    onclick(e) {
      if (chosen.has(o.value)) chosen.delete(o.value);
      else { if (!node.multi_select) chosen.clear(); chosen.add(o.value); }
      for (const b of e.currentTarget.parentElement.children) b.setAttribute('aria-pressed', String(chosen.has(b.dataset.value)));
      box.dispatchEvent(new Event('change'));
    } }, el('img', { src: ctx.image(o.img_key), alt: o.value })));
  const box = el('div', { class: 'c-grid', 'data-mode': node.layout || 'bisect' }, buttons);
  const write = (list) => { chosen.clear(); for (const v of list) chosen.add(v); for (const b of buttons) b.setAttribute('aria-pressed', String(chosen.has(b.dataset.value))); };
  return field(node, ctx, box, { read: () => [...chosen], write, base: node.selected_values || [], changed: 'change' });
}

// The overflow menu only opens: the simulated client sends clicks of buttons only.
const overflow = (node) => el('details', { class: 'c-overflow' }, el('summary', { 'aria-label': t('more.options') }, icon('down')),
  el('ul', {}, (node.options || []).map((o) => el('li', {}, pick(o.text)))));

export const components = {
  select_static: (n, c) => single(fixed(n), n, c), select_person: (n, c) => single(persons(n, c), n, c),
  multi_select_static: (n, c) => several(fixed(n), n, c), multi_select_person: (n, c) => several(persons(n, c), n, c),
  checker, select_img: pictures, overflow };
