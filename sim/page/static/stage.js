// The stage's tools in the line at the top: a crowd that registers at once, what waits in the bot's queues, the scenarios.

import { el, put } from './dom.js';
import { onLang, t } from './i18n.js';
import { employees, on, world } from './stream.js';
import { ask } from './api.js';
import { openScenarios } from './scenarios.js';

const crowdSize = 50;

// stageTools are the elements for the line at the top. said is told what came of a request.
export function stageTools(said) {
  const crowd = el('button', { type: 'button', class: 'ghost', 'data-crowd': crowdSize, onclick: async () => {
    crowd.disabled = true;
    said(await ask('/sim/crew', { method: 'POST', body: JSON.stringify({ hire: crowdSize, hr: 1 }) }));
    crowd.disabled = false;
  } });
  const queue = el('span', { class: 'stage-queue', 'data-queue': '0' });
  const scenarios = el('button', { type: 'button', class: 'ghost', 'data-scenarios': '0', 'aria-haspopup': 'dialog', onclick: () => openScenarios(said) });

  function draw() {
    crowd.textContent = t('stage.crowd', { n: crowdSize });
    crowd.title = t('stage.crowd.why', { n: crowdSize });
    const n = world.scenarios.length;
    scenarios.textContent = n ? t('stage.scenarios.n', { n }) : t('stage.scenarios');
    scenarios.dataset.scenarios = n;
    drawQueue();
  }
  function drawQueue() {
    const q = world.queue;
    const finished = employees().filter((p) => ended.has(p.stage)).length;
    queue.dataset.queue = q ? q.total : 0;
    if (!q) { put(queue); return; }
    queue.title = Object.entries(q.waiting).filter(([, n]) => n).map(([name, n]) => `${name} ${n}`).join(' · ');
    put(queue, el('meter', { min: 0, max: q.ocr_limit, value: q.ocr, 'aria-label': t('stage.ocr', { n: q.ocr, limit: q.ocr_limit }) }),
      t('stage.queue', { total: q.total, ocr: q.ocr, limit: q.ocr_limit, finished, all: employees().length }));
  }
  for (const kind of ['reset', 'scenarios']) on(kind, draw);
  for (const kind of ['queue', 'person']) on(kind, drawQueue);
  onLang(draw);
  draw();
  return [el('span', { class: 'top-group stage-tools', 'data-stagetools': true }, queue, crowd, scenarios)];
}

const ended = new Set(['done', 'rejected', 'declined', 'withdrawn', 'expired', 'closed']);
