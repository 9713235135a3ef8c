// The catalogue of scenarios: search and arm states, faults and error codes.

import { el, keepingFocus, put } from './dom.js';
import { lang, t } from './i18n.js';
import { on, world } from './stream.js';
import { ask } from './api.js';
import { choose } from './choice.js';
import { platforms } from './states.js';

// kinds are the kinds of scenarios in the order of the catalogue.
const kinds = ['state', 'play', 'shape', 'fault', 'code'];
// brings reports whether a scenario brings somebody, whose phone the page then shows; the others are armed.
const brings = (s) => s.kind === 'state' || s.kind === 'play';
let open = null;

// openScenarios shows the drawer. Escape closes it and restores the focus. said gets the result of each request.
export async function openScenarios(said) {
  if (open) return;
  const answer = await ask('/sim/scenarios?lang=' + lang());
  if (!answer.ok) { said(answer); return; }
  const all = answer.body;
  const search = el('input', { type: 'search', class: 'scen-search', 'aria-label': t('scen.search'), placeholder: t('scen.search'), 'data-scensearch': true, oninput: () => draw() });
  const count = el('p', { class: 'note', role: 'status' });
  const problem = el('p', { class: 'scen-problem', role: 'alert', hidden: true });
  const parts = el('div', { class: 'sampler-row', role: 'group', 'aria-label': t('scen.title') });
  let part = '';
  const list = el('ul', { class: 'scen-list' });
  const box = el('dialog', { class: 'scen', 'aria-labelledby': 'scen-title', 'data-dialog': 'scenarios' },
    el('div', { class: 'scen-head' }, el('h2', { id: 'scen-title' }, t('scen.title')), el('button', { type: 'button', class: 'ghost', 'data-close': true, onclick: () => box.close() }, t('close'))),
    el('p', { class: 'note' }, t('scen.about')), search, parts, count, problem, list);

  async function act(s) {
    const armed = world.scenarios.includes(s.name);
    const res = await ask(`/sim/scenarios/${s.name.split('/').map(encodeURIComponent).join('/')}${armed ? '' : '/arm'}`, { method: armed ? 'DELETE' : 'POST' });
    problem.hidden = res.ok;
    problem.textContent = res.ok ? '' : res.error;
    if (!res.ok) return;
    if (brings(s)) {
      box.close();
      const { person, profile } = res.body;
      if (!world.people.has(person)) world.people.set(person, { ...profile, role: 'employee', steps: [] }); // the stream may tell later
      choose('tab', 'phone');
      choose('person', person);
    }
  }
  const about = (s) => { // the operation that it applies to, or what it is about
    if (s.kind === 'play') return ` · ${t('scen.group.' + s.group)}`;
    return s.kind === 'state' || s.kind === 'shape' ? '' : ` · ${platforms[s.group] || s.group} · ${s.name.split('/')[0]}`;
  };
  const heading = (s) => t('scen.part.' + s.kind) + about(s);
  function row(s) {
    const armed = world.scenarios.includes(s.name);
    return el('li', { class: 'scen-row', 'data-scenario': s.name, 'data-armed': armed },
      el('div', {}, el('b', {}, s.text), s.code && el('span', { class: 'note' }, ` ${s.code} · HTTP ${s.http}`), el('span', { class: 'note scen-end' }, s.end || s.name)),
      el('button', { type: 'button', class: 'ghost', 'data-arm': s.name, 'aria-pressed': brings(s) ? null : String(armed), onclick: () => act(s) },
        t(s.kind === 'state' ? 'scen.bring' : s.kind === 'play' ? 'scen.play' : armed ? 'scen.disarm' : 'scen.arm')));
  }
  function draw() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((s) => part === '' || s.kind === part).filter((s) => { const text = `${s.name} ${s.text} ${s.end} ${s.code || ''}`.toLowerCase(); return wanted.every((w) => text.includes(w)); });
    count.textContent = t('scen.count', { n: found.length, all: all.length });
    const focused = document.activeElement?.dataset?.arm;
    keepingFocus(parts, () => put(parts, ['', ...kinds].map((k) => el('button', { type: 'button', class: 'chip', 'data-part': k, 'aria-pressed': String(part === k), onclick: () => { part = k; list.scrollTop = 0; draw(); } }, t('scen.part.' + (k || 'all'))))));
    const rows = [];
    for (const [i, s] of found.entries()) {
      if (i === 0 || heading(found[i - 1]) !== heading(s)) rows.push(el('li', { class: 'scen-group' }, el('h3', {}, heading(s))));
      rows.push(row(s));
    }
    put(list, rows);
    if (focused) [...list.querySelectorAll('[data-arm]')].find((b) => b.dataset.arm === focused)?.focus({ preventScroll: true });
  }
  box.addEventListener('close', () => { box.remove(); open = null; });
  document.body.append(box);
  open = draw;
  draw();
  box.showModal();
  search.focus();
}

on('scenarios', () => open?.());
