// Buttons: callbacks with the unchanged value of the card, form submission, confirm dialogs, links.

import { el } from './dom.js';
import { pick } from './i18n.js';
import { confirm } from './dialog.js';

// collect validates a form and returns its values. If a field fails it returns null and focuses the first failing
// field.
function collect(form) {
  let first = null;
  const out = {};
  for (const [name, f] of form.fields) {
    if (!f.check() && !first) first = f.control;
    if (!f.disabled) out[name] = f.value();
  }
  first?.focus();
  return first ? null : out;
}

function button(node, ctx) {
  const behaviors = node.behaviors || [];
  const callback = behaviors.find((b) => b.type === 'callback');
  const link = behaviors.find((b) => b.type === 'open_url');
  const value = callback?.value;
  const out = el('button', { type: 'button', class: 'c-button', 'data-type': node.type || 'default', 'data-size': node.size || 'medium', 'data-fill': node.width === 'fill',
    'data-act': value?.act, 'data-link': Boolean(link), 'data-side': value?.side, 'data-name': node.name, disabled: node.disabled,
    title: pick(node.disabled ? node.disabled_tips : node.hover_tips) || null, onclick: press }, el('span', { class: 'c-button-text' }, pick(node.text)));
  if (/^\d+px$/.test(node.width || '')) out.style.width = node.width;

  async function press() {
    if (node.form_action_type === 'reset') return ctx.form?.resets.forEach((f) => f());
    const values = node.form_action_type === 'submit' && ctx.form ? collect(ctx.form) : undefined;
    if (values === null) return undefined;
    if (node.confirm && node.form_action_type === 'submit' && !(await confirm(pick(node.confirm.title), pick(node.confirm.text)))) return undefined;
    if (link) ctx.open(link.default_url || link.pc_url || '');
    if (!callback) return undefined;
    const card = out.closest('.card');
    if (card?.hasAttribute('aria-busy')) return undefined;
    card?.setAttribute('aria-busy', 'true');
    out.dataset.loading = '';
    try {
      await ctx.click({ value, form: values });
    } finally {
      delete out.dataset.loading;
      card?.removeAttribute('aria-busy');
    }
    return undefined;
  }
  return out;
}

export const components = { button };
