// The inspector: events into the bot and calls out of it, with masked bodies.

import { el, icon, put } from './dom.js';
import { clockTime, onLang, stamp, t } from './i18n.js';
import { employees, on, world } from './stream.js';
import { current, choose, onChoice } from './choice.js';
import { diagram } from './diagram.js';
import { platforms as upstream } from './states.js';

const drawn = 200;
const pace = 120; // milliseconds between two redraws

const failed = (x) => (x.in_ ? (x.attempts?.length > 0 && !x.delivered) || x.error_code : x.status === 0 || x.status >= 400 || x.fault || (x.code && x.code !== '0'));

// lines merges events and calls into one list, newest first, optionally filtered.
function lines(everything) {
  const only = everything ? '' : current('ins.who');
  const events = [...world.events.values()].map((e) => ({ ...e, in_: true, key: 'e' + e.event_id, when: e.at || '' }));
  const calls = [...world.calls.values()].map((c) => ({ ...c, in_: false, key: 'c' + c.no, when: c.at }));
  return [...events, ...calls].filter((x) => (!only || x.person === only) && (everything || current('ins.errors') !== 'yes' || failed(x)))
    .sort((a, b) => (b.us || Infinity) - (a.us || Infinity) || b.no - a.no);
}

const label = (x) => (x.in_ ? x.type : `${upstream[x.upstream] || x.upstream} ${x.operation || x.path}`);
const outcome = (x) => (x.status === 0 ? (x.in_ && !x.attempts?.length ? '…' : t('ins.noanswer')) : String(x.status) + (x.code && x.code !== '0' ? ' ' + x.code : '') + (x.error_code ? ' ' + x.error_code : ''));

export function inspector() {
  const list = el('div', { class: 'ins-list', role: 'listbox', tabindex: '0', 'data-list': true });
  const detail = el('div', { class: 'ins-detail', tabindex: '0', 'data-detail': true });
  const who = el('select', { 'data-inswho': true, onchange: () => choose('ins.who', who.value) });
  const group = check('ins.group', '', 'no'); // grouped by case by default
  const errors = check('ins.errors', 'yes', '');
  let picked = '';
  let due = 0;

  function check(name, yes, no) {
    const box = el('input', { type: 'checkbox', id: 'check-' + name, checked: current(name) === yes, onchange: () => choose(name, box.checked ? yes : no) });
    onChoice(name, (v) => { box.checked = v === yes; });
    return { box, node: el('label', { class: 'ins-check', for: 'check-' + name }, box, el('span')) };
  }
  function row(x) {
    return el('button', { type: 'button', class: 'ins-row', role: 'option', 'aria-selected': String(x.key === picked), 'data-line': x.key, 'data-dir': x.in_ ? 'in' : 'out', 'data-bad': !!failed(x),
      onclick: () => { picked = x.key; draw(); showDetail(); } },
    el('time', x.when ? { datetime: x.when, title: stamp(x.when) } : {}, x.when ? clockTime(x.when, true) : '…'), icon(x.in_ ? 'in' : 'out'), el('span', { class: 'ins-name' }, x.in_ ? x.type : x.operation || x.path),
    el('span', { class: 'ins-up' }, x.in_ ? (x.callback ? 'callback' : 'event') : x.upstream), el('span', { class: 'ins-method' }, x.in_ ? 'POST' : x.method), el('span', { class: 'ins-status' }, outcome(x)),
    el('span', { class: 'ins-ms' }, x.took_ms ? `${x.took_ms < 10 ? x.took_ms.toFixed(1) : Math.round(x.took_ms)} ms` : ''), x.fault && el('span', { class: 'ins-fault' }, x.fault));
  }
  function draw() {
    clearTimeout(due);
    due = 0;
    if (!list.offsetParent && list.isConnected) return; // hidden; it is drawn when it is opened
    const top = topmost();
    const all = lines();
    const some = all.slice(0, drawn);
    const focused = document.activeElement?.dataset?.line;
    let rows;
    if (current('ins.group') === '') {
      const groups = new Map();
      for (const x of some) {
        const k = x.person ? `${x.person} ${x.case || ''}` : '';
        if (!groups.has(k)) groups.set(k, []);
        groups.get(k).push(x);
      }
      rows = [...groups].map(([k, xs]) => {
        const [person, caseId] = k.split(' ');
        return [el('h4', { class: 'ins-group', 'data-group': k }, person ? `${world.people.get(person)?.name || person}${caseId ? ' · …' + caseId.slice(-8) : ''}` : t('ins.nobody')), xs.map(row)];
      });
    } else rows = some.map(row);
    put(list, rows, all.length === 0 && el('p', { class: 'note' }, t('ins.none')), all.length > drawn && el('p', { class: 'note' }, t('ins.older')));
    if (focused) list.querySelector(`[data-line="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    if (top) list.scrollTop += (lineOf(top.line)?.getBoundingClientRect().top ?? top.at) - top.at;
  }
  const lineOf = (key) => list.querySelector(`[data-line="${CSS.escape(key)}"]`);
  // topmost is the first visible line of a scrolled list. New lines above must not move it.
  function topmost() {
    if (list.scrollTop < 8) return null;
    const edge = list.getBoundingClientRect().top;
    const n = [...list.querySelectorAll('.ins-row')].find((row_) => row_.getBoundingClientRect().bottom > edge + 4);
    return n && { line: n.dataset.line, at: n.getBoundingClientRect().top };
  }
  function showDetail() {
    const x = lines(true).find((one) => one.key === picked);
    if (!x) return put(detail, el('p', { class: 'note' }, t('ins.pick')));
    return put(detail, el('h3', {}, label(x)),
      el('p', { class: 'ins-facts' }, x.in_ ? t('ins.in') : t('ins.out', { up: upstream[x.upstream] || x.upstream }), ' · ', x.in_ ? 'POST' : `${x.method} ${x.path}`, ' · ', outcome(x), x.note && ' · ' + x.note, x.fault && ' · ' + x.fault),
      x.in_ && x.attempts?.length > 1 && el('p', { class: 'ins-facts' }, t('ins.attempts') + ': ' + x.attempts.map((a) => `${clockTime(a.at, true)} ${a.status || a.failure}`).join(', ')),
      body('ins.request', x.in), body('ins.answer', x.out));
  }
  const body = (title, v) => [el('h4', {}, t(title)), el('pre', { class: 'ins-body', tabindex: '0' }, v === undefined ? t('ins.empty') : typeof v === 'string' ? v : JSON.stringify(v, null, 2))];
  // Redraws are limited because many items may arrive at once.
  const later = () => { if (!due) due = setTimeout(draw, pace); };
  const changed = (key) => { later(); if (key === picked) showDetail(); };

  function people() {
    const kept = current('ins.who');
    put(who, el('option', { value: '' }, t('ins.all')), employees().map((p) => el('option', { value: p.open_id }, p.name)));
    who.value = kept;
  }
  function labels() {
    people();
    who.setAttribute('aria-label', t('ins.filter'));
    list.setAttribute('aria-label', t('pane.inspector'));
    detail.setAttribute('aria-label', t('ins.request'));
    group.node.lastChild.textContent = t('ins.group');
    errors.node.lastChild.textContent = t('ins.errors');
    draw();
    showDetail();
  }
  list.addEventListener('keydown', (e) => {
    const rows = [...list.querySelectorAll('.ins-row')];
    const i = rows.indexOf(document.activeElement);
    const to = { ArrowDown: rows[i + 1], ArrowUp: rows[i - 1], Home: rows[0], End: rows[rows.length - 1] }[e.key];
    if (to) { e.preventDefault(); to.focus(); }
  });
  on('call', (x) => changed('c' + x.no));
  on('event', (x) => changed('e' + x.event_id));
  for (const kind of ['reset', 'ready']) on(kind, later);
  for (const name of ['drawer', 'tab']) onChoice(name, later);
  on('person', () => { if (who.options.length - 1 !== employees().length) people(); });
  on('reset', people);
  for (const name of ['ins.who', 'ins.group', 'ins.errors']) onChoice(name, () => { who.value = current('ins.who'); list.scrollTop = 0; draw(); });
  onLang(labels);
  labels();
  return el('div', { class: 'inspector-body' },
    el('div', { class: 'ins-left' }, el('div', { class: 'ins-tools' }, who, group.node, errors.node), list), detail, diagram());
}
