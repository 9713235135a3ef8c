// The sixty-second tour: it plays the main job on the page by clicking, with a caption at each step. It waits for
// elements, never for a time. Only the reading time is a duration; "next" skips it.

import { el } from './dom.js';
import { lang, onLang, t } from './i18n.js';
import { choose, current, onChoice } from './choice.js';
import { on, world } from './stream.js';
import { steps } from './tour-steps.js';
import { caption } from './tour-caption.js';
import { shown } from './tour-find.js';

let running = null;

// reading returns the reading time of a caption in milliseconds.
const reading = (text) => 1000 + [...text].length * (lang() === 'zh' ? 110 : 46);

// seen waits until find returns an element. It checks again after each change of the page and each loaded picture.
function seen(find, signal) {
  return new Promise((resolve, reject) => {
    const app = document.getElementById('app');
    const watcher = new MutationObserver(look);
    const over = new AbortController();
    function end(how, value) {
      watcher.disconnect();
      over.abort();
      how(value);
    }
    function look() {
      const v = find();
      if (v) end(resolve, v);
    }
    if (signal.aborted) { reject(signal.reason); return; }
    signal.addEventListener('abort', () => end(reject, signal.reason), { signal: over.signal });
    for (const kind of ['load', 'error']) app.addEventListener(kind, look, { capture: true, signal: over.signal });
    watcher.observe(app, { childList: true, subtree: true, attributes: true });
    look();
  });
}

// reader waits for the reading time while the tour is not paused, or for "next".
function reader(signal) {
  let paused = false;
  let left = 0;
  let since = 0;
  let timer = 0;
  let go = null;
  const run = () => { since = performance.now(); timer = setTimeout(() => go?.(), left); };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return {
    paused: () => paused,
    next: () => go?.(),
    pause(yes) {
      if (paused === yes) return;
      paused = yes;
      if (!go) return;
      if (!paused) { run(); return; }
      clearTimeout(timer);
      left = Math.max(0, left - (performance.now() - since));
    },
    read: (ms) => new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      go = () => { clearTimeout(timer); go = null; signal.removeEventListener('abort', stop); resolve(); };
      left = ms;
      if (!paused) run();
    }),
  };
}

// tour plays the tour and returns the shown steps. pace scales the reading times. With prefers-reduced-motion it
// starts paused.
export async function tour(pace = 1) {
  if (running) return [];
  const stop = new AbortController();
  const { signal } = stop;
  const hold = reader(signal);
  if (pace === 1 && matchMedia('(prefers-reduced-motion: reduce)').matches) hold.pause(true);
  const pauseOrGo = () => { hold.pause(!hold.paused()); box.draw(); };
  const box = caption({ paused: hold.paused, next: hold.next, pause: pauseOrGo, end: () => stop.abort('ended') });
  const keys = (e) => {
    const typing = e.target.closest?.('input, textarea, select, dialog');
    if (e.key === 'Escape' && !e.target.closest?.('dialog')) stop.abort('ended');
    else if (!typing && e.key === 'ArrowRight') hold.next();
    else if (!typing && e.key === 'p') pauseOrGo();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  running = { stop, redraw: box.draw, who: '' };
  draw();
  window.addEventListener('keydown', keys, true);
  const done = [];
  const filters = ['ins.who', 'ins.errors'].map((name) => [name, current(name)]);
  try {
    await newcomer(signal);
    running.who = current('person');
    const all = steps(running.who);
    for (const [i, step] of all.entries()) {
      choose('tab', step.tab);
      step.before?.();
      box.wait();
      const skipped = await seen(() => (step.skip?.() ? 'skip' : step.find()), signal) === 'skip';
      if (skipped) continue;
      box.show(step, i + 1, all.length);
      done.push(step.id);
      await hold.read(reading(t('tour.' + step.id)) * pace);
      for (const press of step.press || []) (await seen(() => works() && press(), signal)).click();
    }
    choose('tab', 'phone');
  } catch (err) {
    if (!signal.aborted) throw err;
  } finally {
    window.removeEventListener('keydown', keys, true);
    box.remove();
    running = null;
    for (const [name, value] of filters) choose(name, value);
    draw();
    button.focus();
  }
  return done;
}

// works returns whether the bot can answer. A click on a paused or stopped bot is lost, as in Feishu, and the tour
// would wait forever.
const works = () => world.bot.state === 'running';

// newcomer makes sure that the phone's employee has not begun to register.
async function newcomer(signal) {
  choose('tab', 'phone');
  if (shown('phone', '[data-enter]')) return;
  const before = current('person');
  shown('phone', '[data-hire]').click();
  await seen(() => current('person') !== before && shown('phone', '[data-enter]'), signal);
}

const button = el('button', { type: 'button', class: 'ghost tour-start', 'data-tourstart': true, onclick: () => tour() });
function draw() {
  button.textContent = t('tour.button');
  button.disabled = running !== null;
  running?.redraw();
}
onLang(draw);
on('bot', () => running?.redraw());
// The tour ends when the reader selects another phone.
onChoice('person', (who) => { if (running?.who && running.who !== who) running.stop.abort('left'); });
draw();

export const tourButton = button;
