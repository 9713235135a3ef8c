// A round picture for a person: the last character of the name on a colour derived from the id.

import { el, icon } from './dom.js';

const hues = ['a', 'b', 'c', 'd', 'e', 'f'];

export function avatar(id, name) {
  if (id === 'bot') return el('span', { class: 'avatar', 'data-hue': 'bot', 'aria-hidden': 'true' }, icon('bot'));
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  const letters = [...(name || '?').replace(/^HR /, '')];
  return el('span', { class: 'avatar', 'data-hue': hues[sum % hues.length], 'aria-hidden': 'true' }, letters[letters.length - 1] || '?');
}
