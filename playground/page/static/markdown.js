// The Markdown of cards as elements: headings, lists, quotes, code, rules, emphasis, links, and Feishu's own tags
// (font, text_tag, at, person, number_tag, link, br). An unknown tag stays visible as text.

import { el } from './dom.js';

const inks = new Set(['red', 'orange', 'yellow', 'green', 'turquoise', 'wathet', 'blue', 'indigo', 'violet', 'purple', 'carmine', 'grey', 'neutral']);
const ink = (v) => { const base = String(v || '').replace(/-\d+$/, ''); return inks.has(base) ? base : 'neutral'; };
const attribute = (tag, name) => (new RegExp(`\\b${name}\\s*=\\s*(?:'([^']*)'|"([^"]*)"|([^\\s>]+))`).exec(tag) || []).slice(1).find((x) => x !== undefined);

// safe accepts http and https links only.
const safe = (url) => (/^https?:\/\//i.test(url) ? url : null);

const marks = [
  [/^\*\*([^*]+)\*\*/, (m, c) => el('strong', {}, inline(m[1], c))],
  [/^__([^_]+)__/, (m, c) => el('strong', {}, inline(m[1], c))],
  [/^\*([^*\s][^*]*)\*/, (m, c) => el('em', {}, inline(m[1], c))],
  [/^~~([^~]+)~~/, (m, c) => el('del', {}, inline(m[1], c))],
  [/^`([^`]+)`/, (m) => el('code', {}, m[1])],
  [/^\[([^\]]*)\]\(([^)\s]+)\)/, (m, c) => (safe(m[2]) ? el('a', { href: m[2], target: '_blank', rel: 'noopener noreferrer' }, inline(m[1], c)) : m[0])],
  [/^<font\b([^>]*)>([\s\S]*?)<\/font>/i, (m, c) => el('span', { class: 'c-ink', 'data-ink': ink(attribute(m[1], 'color')) }, inline(m[2], c))],
  [/^<text_tag\b([^>]*)>([\s\S]*?)<\/text_tag>/i, (m, c) => el('span', { class: 'c-tag', 'data-ink': ink(attribute(m[1], 'color')) }, inline(m[2], c))],
  [/^<number_tag\b[^>]*>([\s\S]*?)<\/number_tag>/i, (m, c) => el('span', { class: 'c-number' }, inline(m[1], c))],
  [/^<link\b([^>]*)>([\s\S]*?)<\/link>/i, (m, c) => { const url = safe(attribute(m[1], 'url') || ''); return url ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, inline(m[2], c)) : m[2]; }],
  [/^<(?:at|person)\b([^>]*?)\/?>(?:[^<]*<\/(?:at|person)>)?/i, (m, c) => { const id = attribute(m[1], 'id') || ''; return el('span', { class: 'c-at' }, '@' + (id === 'all' ? '所有人' : c?.person?.(id) || id)); }],
  [/^<br\s*\/?>/i, () => el('br')],
  [/^\\([\\`*_{}[\]()#+\-.!<>~])/, (m) => m[1]],
];

// inline returns the nodes of one paragraph.
export function inline(source, ctx) {
  const out = [];
  let plain = '';
  for (let rest = source; rest !== '';) {
    let hit = null;
    for (const [pattern, make] of marks) {
      const m = pattern.exec(rest);
      if (m) { hit = [m[0].length, make(m, ctx)]; break; }
    }
    if (hit) {
      if (plain) out.push(plain);
      plain = '';
      out.push(hit[1]);
      rest = rest.slice(hit[0]);
    } else {
      const [first] = rest;
      plain += first;
      rest = rest.slice(first.length);
    }
  }
  if (plain) out.push(plain);
  return out;
}

const item = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;

// markdown returns the blocks of a text.
export function markdown(source, ctx) {
  const lines = source.split('\n');
  const out = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.startsWith('```')) {
      const code = [];
      for (i++; i < lines.length && !lines[i].startsWith('```'); i++) code.push(lines[i]);
      i++;
      out.push(el('pre', {}, el('code', {}, code.join('\n'))));
    } else if (heading) {
      out.push(el('div', { class: 'md-h', 'data-level': heading[1].length, role: 'heading', 'aria-level': Math.min(6, heading[1].length + 3) }, inline(heading[2], ctx)));
      i++;
    } else if (/^\s*(?:-{3,}|\*{3,})\s*$/.test(line)) {
      out.push(el('hr'));
      i++;
    } else if (line.startsWith('>')) {
      const quoted = [];
      for (; i < lines.length && lines[i].startsWith('>'); i++) quoted.push(lines[i].replace(/^>\s?/, ''));
      out.push(el('blockquote', {}, markdown(quoted.join('\n'), ctx)));
    } else if (item.test(line)) {
      const list = el(item.exec(line)[2] ? 'ol' : 'ul');
      for (let m; i < lines.length && (m = item.exec(lines[i])); i++) list.append(el('li', { style: { marginLeft: `${Math.min(m[1].length, 8) * 8}px` } }, inline(m[3], ctx)));
      out.push(list);
    } else if (line.trim() === '') {
      i++;
    } else {
      const paragraph = el('p');
      for (let first = true; i < lines.length && lines[i].trim() !== '' && !/^(#{1,6}\s|>|```)/.test(lines[i]) && !item.test(lines[i]); i++, first = false) {
        paragraph.append(...(first ? [] : [el('br')]), ...inline(lines[i], ctx));
      }
      out.push(paragraph);
    }
  }
  return out;
}
