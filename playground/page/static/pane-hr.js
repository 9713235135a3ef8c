// HR's pane: the choice of the admin, the chat with the bot, where the review desk is, the review group.

import { el, put, icon } from './dom.js';
import { onLang, t } from './i18n.js';
import { admins, on, world } from './stream.js';
import { Chat } from './chat.js';
import { composer } from './composer.js';
import { delivered } from './toast.js';
import { current, choose, onChoice } from './choice.js';
import * as api from './api.js';

export function hrPane() {
  const pane = el('section', { class: 'pane hr', 'data-pane': 'hr', id: 'pane-hr' });
  const select = el('select', { class: 'who', 'data-who': 'hr', onchange: () => choose('admin', select.value) });
  const title = el('h2');
  const tabs = ['bot', 'review'].map((where) => el('button', { type: 'button', class: 'seg', 'data-where': where, onclick: () => choose('hrchat', where) }));
  const inGroup = () => current('hrchat') === 'review';
  const chat = new Chat(pane, { viewer: () => current('admin'), empty: () => el('div', { class: 'empty' }, el('p', {}, t(inGroup() ? 'empty.review' : 'empty.hr'))) });
  const line = composer({ id: 'hr', hint: 'say.hr', words: [['待审', 'pending'], ['邀请', 'invite'], ['统计', 'stats'], ['催办', 'remind'], ['导出', 'export'], ['帮助', 'help']],
    say: async (text) => delivered(pane, await api.say(current('admin'), text, inGroup() ? world.hello.review_chat : '', true)) });

  function show() {
    const list = admins();
    if (!list.some((p) => p.open_id === current('admin')) && list.length) return choose('admin', list[0].open_id);
    put(select, list.map((p) => el('option', { value: p.open_id }, p.name)));
    select.value = current('admin');
    for (const b of tabs) b.setAttribute('aria-pressed', String((b.dataset.where === 'bot') !== inGroup()));
    const p = world.people.get(current('admin'));
    if (p && world.hello) chat.show(inGroup() ? world.hello.review_chat : p.chat_id);
    return undefined;
  }
  function labels() {
    title.textContent = t('pane.hr');
    pane.setAttribute('aria-label', t('pane.hr'));
    select.setAttribute('aria-label', t('admin'));
    for (const b of tabs) b.textContent = t('chat.' + b.dataset.where);
  }
  on('reset', show);
  onChoice('admin', show);
  onChoice('hrchat', show);
  onLang(labels);
  labels();
  pane.append(el('header', { class: 'pane-head' }, icon('badge'), title, el('div', { class: 'segs', role: 'group' }, tabs), select), el('div', { class: 'toasts' }), chat.node, line);
  return pane;
}
