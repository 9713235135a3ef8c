// Containers: columns, collapsible panels, interactive containers, forms.

import { el, icon, freshId, length } from './dom.js';
import { pick } from './i18n.js';
import { text } from './card-text.js';

function columns(node, ctx) {
  return el('div', { class: 'c-columns', 'data-flex': node.flex_mode || 'none', 'data-bg': node.background_style,
    style: { gap: length(node.horizontal_spacing, '8px') } }, (node.columns || []).map((c) => column(c, ctx)));
}

function column(node, ctx) {
  const out = el('div', { class: 'c-column', 'data-width': node.width || 'auto', 'data-valign': node.vertical_align, style: { gap: length(node.vertical_spacing, '8px') } }, ctx.all(node.elements));
  if (node.width === 'weighted') out.style.flex = `${node.weight || 1} 1 0`;
  else if (/^\d+px$/.test(node.width || '')) out.style.flex = `0 1 ${node.width}`;
  if (node.padding) out.style.padding = node.padding;
  return out;
}

function panel(node, ctx) {
  const id = freshId('fold');
  const key = pick(node.header?.title);
  const open = ctx.opened.get(key) ?? node.expanded === true;
  const inside = el('div', { class: 'c-fold-body', id, hidden: !open, style: { gap: length(node.vertical_spacing, '8px') } }, ctx.all(node.elements));
  const head = el('button', { class: 'c-fold-head', type: 'button', 'aria-expanded': String(open), 'aria-controls': id, 'data-fold': key,
    onclick() {
      inside.hidden = !inside.hidden;
      ctx.opened.set(key, !inside.hidden);
      head.setAttribute('aria-expanded', String(!inside.hidden));
    } }, el('span', { class: 'c-fold-title' }, text(node.header?.title, ctx)), icon('down', 'c-fold-arrow'));
  return el('div', { class: 'c-fold' }, head, inside);
}

function box(node, ctx) {
  const callback = (node.behaviors || []).find((b) => b.type === 'callback');
  const out = el('div', { class: 'c-box', style: { gap: length(node.vertical_spacing, '8px') } }, ctx.all(node.elements));
  if (node.padding) out.style.padding = node.padding;
  if (callback) out.dataset.callback = 'unsupported'; // the simulated client clicks buttons only
  return out;
}

// A form collects its fields in ctx.form: name to {value(), check(), node}. check shows an error at a missing field
// and returns whether the field is valid.
function form(node, ctx) {
  const inner = { ...ctx, form: { name: node.name, fields: new Map(), resets: [] } };
  inner.component = (n) => ctx.component(n, inner);
  inner.all = (nodes) => ctx.all(nodes, inner);
  return el('div', { class: 'c-form', role: 'group', 'data-form': node.name, style: { gap: length(node.vertical_spacing, '8px') } }, inner.all(node.elements));
}

export const components = { column_set: columns, column, collapsible_panel: panel, interactive_container: box, form };
