// Tables with pages.

import { el, put } from './dom.js';
import { t } from './i18n.js';
import { ink } from './card-text.js';
import { inline } from './markdown.js';

function cell(column, v, ctx) {
  if (v === undefined || v === null) return '';
  switch (column.data_type) {
    case 'number': {
      const f = column.format || {};
      const n = Number(v);
      return (f.symbol || '') + (f.precision === undefined ? (f.separator ? n.toLocaleString() : String(n)) : n.toLocaleString(undefined, { minimumFractionDigits: f.precision, maximumFractionDigits: f.precision, useGrouping: f.separator === true }));
    }
    case 'date': return new Date(Number(v)).toLocaleDateString();
    case 'options': return [].concat(v).map((o) => el('span', { class: 'c-tag', 'data-ink': ink(o.color) }, o.text ?? String(o)));
    case 'persons': return [].concat(v).map((id) => el('span', { class: 'c-at' }, ctx.person(id)));
    case 'markdown': case 'lark_md': return inline(String(v), ctx);
    default: return String(v);
  }
}

function table(node, ctx) {
  const size = node.page_size || 5;
  const rows = node.rows || [];
  const pages = Math.max(1, Math.ceil(rows.length / size));
  let page = 0;
  const body = el('tbody');
  const where = el('span', { 'aria-live': 'polite' });
  const step = (by) => { page = Math.min(pages - 1, Math.max(0, page + by)); draw(); };
  const prev = el('button', { type: 'button', class: 'c-page', onclick: () => step(-1) }, t('prev'));
  const next = el('button', { type: 'button', class: 'c-page', onclick: () => step(1) }, t('next'));
  function draw() {
    put(body, rows.slice(page * size, page * size + size).map((r) => el('tr', {}, node.columns.map((c) => el('td', { 'data-align': c.horizontal_align }, cell(c, r[c.name], ctx))))));
    where.textContent = t('table.page', { n: page + 1, all: pages });
    prev.disabled = page === 0;
    next.disabled = page === pages - 1;
  }
  draw();
  return el('div', { class: 'c-table' }, el('div', { class: 'c-scroll', tabindex: '0' }, el('table', {},
    el('thead', {}, el('tr', {}, node.columns.map((c) => el('th', { scope: 'col', 'data-align': c.horizontal_align }, c.display_name || c.name)))), body)),
  pages > 1 && el('div', { class: 'c-pages' }, prev, where, next));
}

export const components = { table };
