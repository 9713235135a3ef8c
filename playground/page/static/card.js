// Draws a card from its JSON (schema 2.0). Each family of components has a file of its own and registers here.

import { el, length } from './dom.js';
import { pick, t } from './i18n.js';
import { text, textTag } from './card-text.js';
import * as display from './card-display.js';
import * as layout from './card-layout.js';
import * as fields from './card-fields.js';
import * as choices from './card-choices.js';
import * as buttons from './card-button.js';
import * as table from './card-table.js';
import * as chart from './chart.js';

const components = Object.assign({}, ...[display, layout, fields, choices, buttons, table, chart].map((m) => m.components));

// known lists the tags that can be drawn.
export const known = () => Object.keys(components).sort();

// component draws one component. An unknown component becomes a visible note.
export function component(node, ctx) {
  const draw = components[node?.tag];
  let out;
  try {
    out = draw ? draw(node, ctx) : unknown(node);
  } catch (err) {
    out = unknown(node);
    console.error('card component', node?.tag, err);
  }
  if (node?.margin) out.style.margin = lengths(node.margin);
  if (node?.element_id) out.dataset.element = node.element_id;
  return out;
}

export const several = (nodes, ctx) => (nodes || []).map((n) => component(n, ctx));

function unknown(node) {
  const tag = String(node?.tag || '?');
  return el('div', { class: 'c-unknown', 'data-unknown': tag }, t('unknown', { tag }));
}

const lengths = (v) => String(v).split(/\s+/).map((x) => length(x, '0')).join(' ');

const templates = new Set(['blue', 'wathet', 'turquoise', 'green', 'yellow', 'orange', 'red', 'carmine', 'violet', 'purple', 'indigo', 'grey', 'default']);

function header(h, ctx) {
  if (!h) return null;
  const tags = (pick(h, 'text_tag_list') || []).map((x) => textTag(x, ctx));
  return el('header', { class: 'c-header', 'data-template': templates.has(h.template) ? h.template : 'default' },
    el('div', { class: 'c-titles' },
      el('h3', { class: 'c-title' }, text(h.title, ctx)),
      h.subtitle && pick(h.subtitle) && el('p', { class: 'c-subtitle' }, text(h.subtitle, ctx))),
    tags.length > 0 && el('div', { class: 'c-tags' }, tags));
}

// drawCard draws a whole card. ctx: message (id), person(id) → name, click({value, name, form}) → promise, open(url), typed (Map
// of typed values, kept across redraws), opened (Map of panels).
export function drawCard(card, ctx) {
  if (!card || typeof card !== 'object' || card.schema !== '2.0') return el('div', { class: 'c-unknown', 'data-unknown': 'card' }, t('card.broken'));
  const own = { ...ctx, component: (n, c) => component(n, c || own), all: (nodes, c) => several(nodes, c || own), form: null };
  own.typed ||= new Map();
  own.opened ||= new Map();
  const body = card.body || {};
  const box = el('div', { class: 'c-body', style: { gap: length(body.vertical_spacing, '8px'), padding: body.padding ? lengths(body.padding) : '' } },
    several(body.elements, own));
  if (body.direction === 'horizontal') box.classList.add('c-row');
  return el('section', { class: 'card', 'data-width': card.config?.width_mode || 'default', 'aria-label': pick(card.header?.title) },
    header(card.header, own), box);
}
