// The catalogue of what can happen, to search and to arm: places to bring somebody to, faults, error codes.

import { el, put } from './dom.js';
import { lang, t } from './i18n.js';
import { on, world } from './stream.js';
import { ask } from './api.js';
import { choose } from './choice.js';

const mostDrawn = 80;
let open = null;

// openScenarios shows the drawer; it closes on Escape and gives the focus back. said is told what came of a request.
export async function openScenarios(said) {
  if (open) return;
  const answer = await ask('/sim/scenarios?lang=' + lang());
  if (!answer.ok) { said(answer); return; }
  const all = answer.body;
  const search = el('input', { type: 'search', class: 'scen-search', 'aria-label': t('scen.search'), placeholder: t('scen.search'), 'data-scensearch': true, oninput: () => draw() });
  const count = el('p', { class: 'note', role: 'status' });
  const list = el('ul', { class: 'scen-list' });
  const box = el('dialog', { class: 'scen', 'aria-labelledby': 'scen-title', 'data-dialog': 'scenarios' },
    el('div', { class: 'scen-head' }, el('h2', { id: 'scen-title' }, t('scen.title')), el('button', { type: 'button', class: 'ghost', 'data-close': true, onclick: () => box.close() }, t('close'))),
    el('p', { class: 'note' }, t('scen.about')), search, count, list);

  async function act(s) {
    const armed = world.scenarios.includes(s.name);
    const res = await ask(`/sim/scenarios/${s.name.split('/').map(encodeURIComponent).join('/')}${armed ? '' : '/arm'}`, { method: armed ? 'DELETE' : 'POST' });
    if (!res.ok) { count.textContent = res.error; return; }
    if (s.kind === 'state') {
      box.close();
      choose('person', res.body.person);
    }
  }
  function row(s) {
    const armed = world.scenarios.includes(s.name);
    return el('li', { class: 'scen-row', 'data-scenario': s.name, 'data-armed': armed },
      el('div', {}, el('b', {}, s.text), s.code && el('span', { class: 'note' }, ` ${s.code} · HTTP ${s.http}`), el('span', { class: 'note scen-end' }, s.end || s.name)),
      el('button', { type: 'button', class: 'ghost', 'data-arm': s.name, 'aria-pressed': s.kind === 'state' ? null : String(armed), onclick: () => act(s) },
        t(s.kind === 'state' ? 'scen.bring' : armed ? 'scen.disarm' : 'scen.arm')));
  }
  function draw() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((s) => { const text = `${s.name} ${s.text} ${s.end} ${s.code || ''}`.toLowerCase(); return wanted.every((w) => text.includes(w)); });
    count.textContent = t('scen.count', { n: found.length, all: all.length });
    const focused = document.activeElement?.dataset?.arm;
    put(list, found.slice(0, mostDrawn).map(row), found.length > mostDrawn && el('li', { class: 'note' }, t('scen.more')));
    if (focused) [...list.querySelectorAll('[data-arm]')].find((b) => b.dataset.arm === focused)?.focus();
  }
  box.addEventListener('close', () => { box.remove(); open = null; });
  document.body.append(box);
  open = draw;
  draw();
  box.showModal();
  search.focus();
}

on('scenarios', () => open?.());
