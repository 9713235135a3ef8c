// The top bar: the name, the link's state, the bot, the clock, the language.

import { el, icon, keepingFocus, put } from './dom.js';
import { lang, onLang, setLang, stamp, t } from './i18n.js';
import { on, world, worldNow } from './stream.js';
import { chinaTime, quiet } from './quiet.js';
import * as api from './api.js';
import { playgroundTools } from './tools.js';
import { tourButton } from './tour.js';

const dead = new Set(['gone', 'full', 'off']); // link states with an explaining sentence
const complaint = 8000; // milliseconds that an error is shown
const steps = { '4h': 4, '24h': 24, '2160h': 2160 }; // hours of the clock's buttons

export function topbar() {
  const title = el('h1');
  const note = el('span', { class: 'top-note' });
  const link = el('span', { class: 'link', role: 'status', 'data-link': 'connecting' });
  const bot = el('span', { class: 'top-group', 'data-bot': true });
  const clock = el('span', { class: 'top-group', 'data-clock': true });
  const night = el('span', { class: 'top-night', role: 'status', 'data-quiet': true });
  const faults = el('span', { class: 'top-faults', 'data-faults': '0' });
  const language = el('button', { type: 'button', class: 'ghost', 'data-lang': true, onclick: () => setLang(lang() === 'zh' ? 'en' : 'zh') });
  const problem = el('div', { class: 'banner', role: 'alert', hidden: true });
  let moved = false; // a button of this page has moved the clock
  const doing = []; // names of the actions on the bot or the clock that are not answered; one after another
  let before = Promise.resolve();
  let clear = 0;

  function said(res) {
    if (res.ok || res.status === 0) return; // the link's state shows that already
    problem.textContent = res.error;
    problem.hidden = false;
    clearTimeout(clear);
    clear = setTimeout(draw, complaint);
  }
  // act performs an action after the earlier ones. The page may show an action's effect before its answer has come, so
  // the next click waits; a second click on the same button does nothing.
  async function act(name, request) {
    if (doing.includes(name)) return false;
    doing.push(name);
    clock.setAttribute('aria-busy', 'true');
    before = before.then(request);
    const res = await before;
    doing.splice(doing.indexOf(name), 1);
    if (doing.length === 0) clock.removeAttribute('aria-busy');
    said(res);
    return res.ok;
  }
  async function move(by) {
    if (await act(by, () => api.clockBy(by))) moved = true;
    drawNight();
  }
  // drawNight says why nothing happens after the clock was moved into the quiet hours.
  function drawNight() { night.textContent = moved && quiet(worldNow()) ? t('clock.quiet', { at: chinaTime(worldNow()) }) : ''; }
  // why says what a button of the clock does. Landing in the quiet hours defers the reminders.
  function why(by) {
    const then = new Date(worldNow().getTime() + steps[by] * 3600000);
    return t(quiet(then) ? 'clock.lands' : 'clock.why', { at: chinaTime(then) });
  }
  const now = () => t('clock.at', { at: stamp(worldNow()) });

  function draw() {
    document.title = t('title');
    title.textContent = t('product');
    note.textContent = world.hello?.company ? t('fictional', { company: world.hello.company }) : '';
    link.dataset.link = world.link;
    link.textContent = t(world.link === 'live' ? 'link.live' : world.link === 'connecting' ? 'link.wait' : 'link.lost');
    problem.hidden = !dead.has(world.link);
    problem.textContent = problem.hidden ? '' : t('link.' + world.link);
    const still = world.bot.state === 'paused' || world.bot.state === 'starting'; // the bot cannot receive the new time
    bot.title = world.bot.pid ? t('bot.pid', { pid: world.bot.pid, n: world.bot.restarts }) : '';
    keepingFocus(bot, () => put(bot, el('span', { class: 'dot', 'data-state': world.bot.state }), t('bot.' + world.bot.state), world.bot.detail && ` (${world.bot.detail})`,
      (world.bot.can || []).map((what) => el('button', { type: 'button', class: 'ghost', 'data-botdo': what, title: t('bot.why.' + what), onclick: () => act(what, () => api.botDo(what)) }, t('bot.do.' + what)))));
    keepingFocus(clock, () => put(clock, el('time', { title: t('clock.why') }, now()),
      world.clock?.can && Object.keys(steps).map((by) => el('button', { type: 'button', class: 'ghost', 'data-clockby': by, title: still ? t('clock.paused') : why(by), disabled: still, onclick: () => move(by) }, t('clock.' + by)))));
    const others = Math.max(0, world.faults.length - world.scenarios.length); // armed scenarios are counted beside their button
    drawNight();
    faults.dataset.faults = world.faults.length;
    faults.textContent = others ? t('faults', { n: others }) : '';
    language.textContent = t('lang');
    language.setAttribute('aria-label', t('lang.to'));
  }
  for (const kind of ['reset', 'bot', 'clock', 'faults', 'scenarios', 'link']) on(kind, draw);
  onLang(draw);
  draw();
  setInterval(() => { if (world.clock) { clock.querySelector('time').textContent = now(); drawNight(); } }, 10000);
  return [el('header', { class: 'top' }, icon('badge'), title, note, link, tourButton, language, el('span', { class: 'spring' }), faults, playgroundTools(said), bot, clock, night), problem];
}
