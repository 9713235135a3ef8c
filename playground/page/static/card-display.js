// Components without input: texts, pictures, people, dividers.

import { el, icon } from './dom.js';
import { pick } from './i18n.js';
import { block, text } from './card-text.js';
import { markdown } from './markdown.js';
import { avatar } from './avatar.js';

function div(node, ctx) {
  const out = el('div', { class: 'c-div' });
  if (node.text) out.append(block(node.text, ctx));
  if (node.fields) out.append(el('div', { class: 'c-pairs' }, node.fields.map((f) => el('div', { class: f.is_short ? 'c-short' : 'c-long' }, block(f.text, ctx)))));
  return out;
}

const md = (node, ctx) => el('div', { class: 'c-md', 'data-align': node.text_align, 'data-size': node.text_size }, markdown(pick(node), ctx));

function img(node, ctx) {
  const key = node.i18n_img_key ? pick(node, 'img_key') : node.img_key;
  const picture = el('img', { src: ctx.image(key), alt: pick(node.alt), class: 'c-img', 'data-size': node.size, loading: 'lazy' });
  if (/^\d+px \d+px$/.test(node.size || '')) {
    const [w, h] = node.size.split(' ');
    Object.assign(picture.style, { width: w, height: h });
  }
  if (node.corner_radius) picture.style.borderRadius = node.corner_radius;
  return el('figure', { class: 'c-figure' }, node.title && el('figcaption', {}, text(node.title, ctx)), picture);
}

const combination = (node, ctx) => el('div', { class: 'c-grid', 'data-mode': node.combination_mode },
  node.img_list.map((x) => el('img', { src: ctx.image(x.img_key), alt: '', class: 'c-img', loading: 'lazy' })));

function oneBody(id, node, ctx) {
  return el('span', { class: 'c-person', 'data-style': node.style || 'normal', 'data-size': node.size, 'data-person': id },
    node.show_avatar !== false && avatar(id, ctx.person(id)), node.show_name !== false && el('span', { class: 'c-name' }, ctx.person(id)));
}

const person = (node, ctx) => el('div', { class: 'c-div' }, oneBody(node.user_id, { show_name: false, ...node }, ctx));
const people = (node, ctx) => el('div', { class: 'c-people' }, node.persons.map((p) => oneBody(p.id, { show_name: true, ...node, style: 'capsule' }, ctx)));
const face = (node, ctx) => el('div', { class: 'c-div' }, avatar(node.user_id, ctx.person(node.user_id)));

// Audio and video are only named, because the page does not play them.
const media = (node) => el('div', { class: 'c-media' }, icon('file'), node.tag);

export const components = { div, markdown: md, img, img_combination: combination, person, person_list: people, avatar: face, hr: () => el('hr', { class: 'c-hr' }),
  audio: media, video: media };
