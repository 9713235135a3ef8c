// The playground's tools in the top bar: a crowd that registers at once, and the scenarios. The line of the bot's
// queues is in the head of the inspector.

import { el, put } from './dom.js';
import { onLang, t } from './i18n.js';
import { employees, on, world } from './stream.js';
import { ask } from './api.js';
import { openScenarios } from './scenarios.js';
import { ended } from './states.js';

const crowdSize = 50;

// playgroundTools returns the tools of the top bar. said gets the result of each request.
export function playgroundTools(said) {
  const crowd = el('button', { type: 'button', class: 'ghost', 'data-crowd': crowdSize, onclick: async () => {
    crowd.disabled = true;
    said(await ask('/sim/crew', { method: 'POST', body: JSON.stringify({ hire: crowdSize, hr_for_hired: true }) }));
    crowd.disabled = false;
    crowd.focus();
  } });
  const scenarios = el('button', { type: 'button', class: 'ghost', 'data-scenarios': '0', 'aria-haspopup': 'dialog', onclick: () => openScenarios(said) });

  function draw() {
    crowd.textContent = t('tools.crowd', { n: crowdSize });
    crowd.title = t('tools.crowd.why', { n: crowdSize });
    const n = world.scenarios.length;
    scenarios.textContent = n ? t('tools.scenarios.n', { n }) : t('tools.scenarios');
    scenarios.title = t('scen.about');
    scenarios.dataset.scenarios = n;
  }
  for (const kind of ['reset', 'scenarios']) on(kind, draw);
  onLang(draw);
  draw();
  return el('span', { class: 'top-group play-tools', 'data-stagetools': true }, crowd, scenarios);
}

// queueLine shows the number of waiting jobs, the use of the OCR limit and the number of finished cases. It is empty
// until the bot has reported.
export function queueLine() {
  const node = el('span', { class: 'play-queue', 'data-queue': '0' });
  function draw() {
    const q = world.queue;
    node.dataset.queue = q ? q.total : 0;
    if (!q) { put(node); return; }
    const all = employees();
    const now = { total: q.total, ocr: q.ocr, limit: q.ocr_limit, n: all.filter((p) => ended(p.stage)).length, all: all.length };
    node.title = Object.entries(q.waiting).filter(([, n]) => n).map(([name, n]) => `${name} ${n}`).join(' · ');
    put(node, el('span', {}, t('tools.waits', now)), el('span', {}, el('meter', { min: 0, max: q.ocr_limit, value: q.ocr, 'aria-hidden': 'true' }), t('tools.ocr', now)),
      q.refused > 0 && el('span', { class: 'play-over' }, t('tools.refused', { n: q.refused })), el('span', {}, t('tools.through', now)));
  }
  for (const kind of ['reset', 'queue', 'person']) on(kind, draw);
  onLang(draw);
  return node;
}
