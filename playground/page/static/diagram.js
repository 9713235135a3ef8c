// The states of a case as a diagram: the present state is highlighted, the path so far is marked.

import { el, put, svg } from './dom.js';
import { onLang, t } from './i18n.js';
import { on, world } from './stream.js';
import { current, onChoice } from './choice.js';
import { places, stateOf } from './states.js';

const [boxW, boxH, gapX, gapY] = [106, 34, 26, 40];
const at = (s) => { const [c, r] = places[s]; return { x: 8 + c * (boxW + gapX), y: 22 + r * (boxH + gapY) }; };

// pathOf returns the states that a person's case has been in, in order.
export const pathOf = (p) => (p?.steps || []).map((s) => stateOf(s.stage)).filter((s, i, all) => s && s !== all[i - 1]);

// between returns the states on the shortest path between two states that the card showed consecutively. A short
// state may have passed without its own redraw. The result is empty for a direct transition, and when no path exists.
export function between(edges, from, to) {
  const before = new Map([[from, '']]);
  for (const queue = [from]; queue.length && !before.has(to);) {
    const at_ = queue.shift();
    for (const [a, b] of edges) if (a === at_ && !before.has(b)) { before.set(b, a); queue.push(b); }
  }
  const out = [];
  for (let s = before.get(to); s && s !== from; s = before.get(s)) out.unshift(s);
  return out;
}

function line(from, to) {
  const [a, b] = [at(from), at(to)];
  if (a.y === b.y) {
    const right = b.x > a.x;
    const near = Math.abs(places[to][0] - places[from][0]) === 1;
    const onward = right === (places[from][1] === 0);
    if (near && onward) return right ? `M${a.x + boxW} ${a.y + boxH / 2}H${b.x - 2}` : `M${a.x} ${a.y + boxH / 2}H${b.x + boxW + 2}`;
    const bend = 8 + 4 * Math.abs(places[to][0] - places[from][0]);
    const up = places[from][1] === 0 ? -1 : 1;
    const y = up < 0 ? a.y : a.y + boxH;
    return `M${a.x + boxW / 2 + (right ? 14 : -14)} ${y}C${a.x + boxW / 2} ${y + up * bend} ${b.x + boxW / 2} ${y + up * bend} ${b.x + boxW / 2 + (right ? -14 : 14)} ${y + up * 3}`;
  }
  const down = b.y > a.y;
  const [y1, y2] = down ? [a.y + boxH, b.y - 3] : [a.y, b.y + boxH + 3];
  return `M${a.x + boxW / 2} ${y1}C${a.x + boxW / 2} ${(y1 + y2) / 2} ${b.x + boxW / 2} ${(y1 + y2) / 2} ${b.x + boxW / 2} ${y2}`;
}

export function diagram() {
  const node = el('div', { class: 'diagram', 'data-diagram': true });
  let flow = null;
  fetch('/page/flow.json').then((r) => r.json()).then((f) => { flow = f; draw(); }, () => {});

  // The transition to the end that skips filing exists for cases without a verification. A case with filed evidence
  // has not taken it.
  function hidden(p, from, to) {
    if (p.filed && to === 'done' && from !== 'filing') return [...between(flow.edges, from, 'filing'), 'filing'];
    return between(flow.edges, from, to);
  }

  function draw() {
    if (!flow) return;
    const p = world.people.get(current('person'));
    const seen = pathOf(p);
    const path = seen.flatMap((s, i) => (i === 0 ? [s] : [...hidden(p, seen[i - 1], s), s]));
    const now = path[path.length - 1] || '';
    const walked = new Set(path.slice(1).map((s, i) => path[i] + ' ' + s));
    const name = p?.name || '';
    const words = path.map((s) => t('s.' + s)).join(' → ');
    const width = 16 + 6 * boxW + 5 * gapX;
    const height = 44 + 3 * boxH + 2 * gapY;
    const lines = flow.edges.map(([a, b, why]) => svg('path', { d: line(a, b), class: 'edge', 'data-walked': walked.has(a + ' ' + b), 'data-ahead': a === now }, svg('title', {}, `${t('s.' + a)} → ${t('s.' + b)}${why ? ': ' + why : ''}`)));
    // The path is drawn last, above the other transitions.
    lines.sort((a, b) => (a.hasAttribute('data-walked') ? 2 : a.hasAttribute('data-ahead') ? 1 : 0) - (b.hasAttribute('data-walked') ? 2 : b.hasAttribute('data-ahead') ? 1 : 0));
    const boxes = flow.states.map((s) => {
      const { x, y } = at(s);
      return svg('g', { class: 'state', 'data-state': s, 'data-now': s === now, 'data-been': path.includes(s), 'data-passed': path.includes(s) && !seen.includes(s) },
        svg('rect', { x, y, width: boxW, height: boxH, rx: 8 }), svg('text', { x: x + boxW / 2, y: y + boxH / 2 + 4.5, 'text-anchor': 'middle' }, t('s.' + s)));
    });
    put(node, el('h3', {}, t('dia.title')),
      el('p', { class: 'dia-words' }, now ? t('dia.at', { name, state: t('s.' + now) }) : t('dia.none', { name })),
      svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': now ? t('dia.at', { name, state: t('s.' + now) }) : t('dia.none', { name }) }, lines, boxes),
      path.length > 0 && el('p', { class: 'dia-path' }, t('dia.path', { path: words })));
  }
  on('person', (p) => { if (p.open_id === current('person')) draw(); });
  on('reset', draw);
  onChoice('person', draw);
  onLang(draw);
  return node;
}
