// The line at the top: what this is, whether it is live, the bot, the clock, the language.

import { el, icon, put } from './dom.js';
import { lang, onLang, setLang, t } from './i18n.js';
import { on, world, worldNow } from './stream.js';
import * as api from './api.js';
import { stageTools } from './stage.js';
import { tourButton } from './tour.js';

export function topbar() {
  const title = el('h1');
  const note = el('span', { class: 'top-note' });
  const link = el('span', { class: 'link', role: 'status', 'data-link': 'connecting' });
  const bot = el('span', { class: 'top-group', 'data-bot': true });
  const clock = el('span', { class: 'top-group', 'data-clock': true });
  const faults = el('span', { class: 'top-faults', 'data-faults': '0' });
  const language = el('button', { type: 'button', class: 'ghost', 'data-lang': true, onclick: () => setLang(lang() === 'zh' ? 'en' : 'zh') });
  const problem = el('div', { class: 'banner', role: 'alert', hidden: true });
  const said = (res) => { if (!res.ok) { problem.textContent = res.error; problem.hidden = false; setTimeout(() => draw(), 5000); } };

  function draw() {
    document.title = t('title');
    title.textContent = world.hello?.company || t('title');
    note.textContent = t('fictional');
    link.dataset.link = world.link;
    link.textContent = t(world.link === 'live' ? 'link.live' : 'link.lost');
    problem.hidden = world.link !== 'gone';
    problem.textContent = t('link.gone');
    put(bot, el('span', { class: 'dot', 'data-state': world.bot.state }), t('bot.' + world.bot.state), world.bot.detail && ` (${world.bot.detail})`,
      (world.bot.can || []).map((what) => el('button', { type: 'button', class: 'ghost', 'data-botdo': what, onclick: async () => said(await api.botDo(what)) }, t('bot.do.' + what))));
    put(clock, el('time', {}, t('clock.at', { at: worldNow().toLocaleTimeString(lang() === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit' }) })),
      world.clock?.can && ['4h', '24h', '2160h'].map((by) => el('button', { type: 'button', class: 'ghost', 'data-clockby': by, onclick: async () => said(await api.clockBy(by)) }, t('clock.' + by))));
    faults.dataset.faults = world.faults.length;
    faults.textContent = world.faults.length ? t('faults', { n: world.faults.length }) : '';
    language.textContent = t('lang');
    language.setAttribute('aria-label', t('lang.to'));
  }
  for (const kind of ['reset', 'bot', 'clock', 'faults', 'link']) on(kind, draw);
  onLang(draw);
  draw();
  setInterval(() => { const time = clock.querySelector('time'); if (time && world.clock) time.textContent = t('clock.at', { at: worldNow().toLocaleTimeString(lang() === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit' }) }); }, 10000);
  return [el('header', { class: 'top' }, icon('badge'), title, note, link, tourButton, el('span', { class: 'spring' }), faults, ...stageTools(said), bot, clock, language), problem];
}
