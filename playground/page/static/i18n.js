// The page's language. Cards use the same language: locale() selects their i18n_content.

import { words } from './words.js';

const key = 'shiming.lang';
let current = read();
const listeners = new Set();

function read() {
  try {
    const kept = localStorage.getItem(key);
    if (kept === 'zh' || kept === 'en') return kept;
  } catch { /* storage may be switched off */ }
  return (navigator.language || 'zh').toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const lang = () => current;
export const locale = () => (current === 'zh' ? 'zh_cn' : 'en_us');

export function setLang(next) {
  current = next;
  try { localStorage.setItem(key, next); } catch { /* see above */ }
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
  for (const f of listeners) f();
}

export const onLang = (f) => { listeners.add(f); };

// t returns a text of the page; {name} in it is replaced from vars.
export function t(id, vars) {
  const pair = words[id];
  if (!pair) return id;
  const text = current === 'zh' ? pair[0] : pair[1];
  return text.replace(/\{(\w+)\}/g, (_, name) => (vars && name in vars ? vars[name] : ''));
}

// pick returns the text of a card's text object in the present language.
export function pick(node, field = 'content') {
  if (!node) return '';
  const own = node['i18n_' + field];
  return (own && own[locale()]) ?? node[field] ?? '';
}

const two = (n) => String(n).padStart(2, '0');

// clockTime formats a time as 12:34, optionally with seconds, in the browser's time zone.
export function clockTime(iso, seconds) {
  const d = new Date(iso);
  return `${two(d.getHours())}:${two(d.getMinutes())}${seconds ? ':' + two(d.getSeconds()) : ''}`;
}

// stamp formats date and time as 11-23 12:34.
export function stamp(when) {
  const d = new Date(when);
  return `${two(d.getMonth() + 1)}-${two(d.getDate())} ${clockTime(d)}`;
}
