// The pane of the announcement group. The phone's employee writes there.

import { el, icon } from './dom.js';
import { onLang, t } from './i18n.js';
import { on, world } from './stream.js';
import { Chat } from './chat.js';
import { composer } from './composer.js';
import { delivered } from './toast.js';
import { current, onChoice } from './choice.js';
import * as api from './api.js';

export function groupPane() {
  const pane = el('section', { class: 'pane group', 'data-pane': 'group', id: 'pane-group' });
  const title = el('h2');
  const chat = new Chat(pane, { viewer: () => current('person'), empty: () => el('div', { class: 'empty' }, el('p', {}, t('empty.group'))) });
  const at = el('input', { type: 'checkbox', checked: true, id: 'at-bot', 'data-atbot': true });
  const atLabel = el('label', { for: 'at-bot' });
  const line = composer({ id: 'group', hint: 'say.group', words: [['实名', 'start'], ['帮助', 'help']], before: el('div', { class: 'atbot' }, at, atLabel),
    say: async (text) => delivered(pane, await api.say(current('person'), text, world.hello.announce_chat, at.checked)) });
  function labels() {
    title.textContent = t('pane.group');
    pane.setAttribute('aria-label', t('pane.group'));
    atLabel.textContent = t('atbot');
  }
  on('reset', () => chat.show(world.hello.announce_chat));
  onChoice('person', () => chat.redraw());
  onLang(labels);
  labels();
  pane.append(el('header', { class: 'pane-head' }, icon('people'), title), el('div', { class: 'toasts' }), chat.node, line);
  return pane;
}
