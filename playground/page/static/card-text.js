// Texts of cards: plain_text, lark_md, and tags.

import { el } from './dom.js';
import { pick } from './i18n.js';
import { markdown, inline } from './markdown.js';

const inks = new Set(['red', 'orange', 'yellow', 'green', 'turquoise', 'wathet', 'blue', 'indigo', 'violet', 'purple', 'carmine', 'grey', 'neutral', 'default', 'white']);
export const ink = (name) => {
  const base = String(name || '').replace(/-\d+$/, '');
  return inks.has(base) ? base : 'default';
};

const sizes = new Set(['heading-0', 'heading-1', 'heading-2', 'heading-3', 'heading-4', 'heading', 'normal', 'notation', 'xxxx-large', 'xxx-large', 'xx-large', 'x-large', 'large', 'medium', 'small', 'x-small']);

// text draws a text object inline. Only lark_md is interpreted; plain_text is drawn as it is.
export function text(node, ctx) {
  if (!node) return '';
  if (node.tag === 'lark_md') return inline(pick(node), ctx);
  return pick(node);
}

// block draws a text object with its size, colour and alignment.
export function block(node, ctx, cls) {
  const props = { class: 'c-text ' + (cls || ''), 'data-ink': node.text_color ? ink(node.text_color) : null,
    'data-size': sizes.has(node.text_size) ? node.text_size : null, 'data-align': node.text_align };
  if (node.tag === 'lark_md') return el('div', props, markdown(pick(node), ctx));
  const out = el('div', props, pick(node));
  if (node.lines) Object.assign(out.style, { display: '-webkit-box', webkitBoxOrient: 'vertical', webkitLineClamp: String(node.lines), overflow: 'hidden' });
  return out;
}

export const textTag = (node, ctx) => el('span', { class: 'c-tag', 'data-ink': ink(node.color) }, text(node.text, ctx));
