// The phone's pane: the choice of the employee, the chat with the bot, text messages on top, photos.

import { el, put, icon } from './dom.js';
import { onLang, t } from './i18n.js';
import { employees, on, world } from './stream.js';
import { Chat } from './chat.js';
import { composer } from './composer.js';
import { delivered, toast } from './toast.js';
import { sampler } from './sampler.js';
import { dropInto, sendFiles } from './upload.js';
import { notifications } from './sms.js';
import { current, choose, onChoice } from './choice.js';
import { stateOf } from './states.js';
import * as api from './api.js';

export function phonePane() {
  const pane = el('section', { class: 'pane phone', 'data-pane': 'phone', id: 'pane-phone' });
  const select = el('select', { class: 'who', 'data-who': 'phone', onchange: () => choose('person', select.value) });
  const hire = el('button', { type: 'button', class: 'ghost', 'data-hire': true, onclick: async () => {
    const res = await api.hire();
    if (!res.ok) return toast(pane, 'error', res.error);
    const fresh = res.body[0];
    if (!world.people.has(fresh.open_id)) world.people.set(fresh.open_id, { ...fresh, role: 'employee', steps: [] }); // the stream may tell later
    choose('person', fresh.open_id);
    return toast(pane, 'success', t('hired', { name: fresh.name }));
  } }, '+');
  const title = el('h2');
  const chat = new Chat(pane, { viewer: () => current('person'), empty });
  const samples = sampler(pane);
  const file = el('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, 'data-file': 'phone', onchange: () => { sendFiles(pane, current('person'), [...file.files]); file.value = ''; } });
  const photo = el('button', { type: 'button', class: 'tool', 'data-photo': true, 'aria-expanded': 'false', onclick: () => samples.toggle(photo) }, icon('camera'));
  const album = el('button', { type: 'button', class: 'tool', 'data-upload': true, onclick: () => file.click() }, icon('image'));
  const line = composer({ id: 'phone', hint: 'say.phone', words: [['实名', 'start'], ['进度', 'status'], ['我的资料', 'my data'], ['取消', 'cancel'], ['帮助', 'help']],
    extras: [photo, album, file], say: async (text) => delivered(pane, await api.say(current('person'), text)) });

  function empty() {
    return el('div', { class: 'empty' }, el('p', {}, t('enter.hint')),
      el('button', { type: 'button', class: 'c-button', 'data-type': 'primary_filled', 'data-enter': true, onclick: async () => delivered(pane, await api.enter(current('person'))) }, t('enter')));
  }
  // label is a name with the person's stage, so that a waiting person can be found among fifty.
  const label = (p) => p.name + (stateOf(p.stage) ? ' · ' + t('s.' + stateOf(p.stage)) : '');
  function people() {
    const list = employees();
    if (!world.people.has(current('person')) && list.length) choose('person', list[0].open_id);
    put(select, list.map((p) => el('option', { value: p.open_id }, label(p))));
    select.value = current('person');
  }
  function labels() {
    title.textContent = t('pane.phone');
    people();
    select.setAttribute('aria-label', t('who'));
    hire.setAttribute('aria-label', t('hire'));
    hire.title = t('hire');
    for (const [b, w] of [[photo, 'photo'], [album, 'upload']]) { b.setAttribute('aria-label', t(w)); b.title = t(w); }
  }
  function show() {
    people();
    const p = world.people.get(current('person'));
    if (p) chat.show(p.chat_id);
  }
  on('reset', show);
  on('person', (p) => {
    if (p.role !== 'employee') return;
    const one = [...select.options].find((o) => o.value === p.open_id);
    if (!one) show();
    else if (one.textContent !== label(p)) one.textContent = label(p);
  });
  onChoice('person', show);
  onLang(labels);
  labels();
  pane.append(el('header', { class: 'pane-head' }, icon('phone'), title, select, hire), el('div', { class: 'toasts' }), notifications(pane), chat.node, samples.node, line);
  dropInto(pane, () => current('person'));
  pane.setAttribute('aria-label', t('pane.phone'));
  return pane;
}
