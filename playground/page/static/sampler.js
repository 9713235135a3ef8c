// The panel that takes a photo of a fictional card: owner, side and variant. The picture can be sent, dragged or
// saved.

import { el, put, icon } from './dom.js';
import { onLang, t } from './i18n.js';
import { employees, on, world } from './stream.js';
import { delivered } from './toast.js';
import { current, onChoice } from './choice.js';
import { linesOf, newestCard } from './answer.js';
import * as api from './api.js';

export const dragType = 'application/x-shiming-sample';

export function sampler(pane) {
  const state = { of: '', side: 'front', variant: 'good', busy: false };
  const node = el('section', { class: 'sampler', hidden: true, 'data-sampler': true });
  const answer = el('div', { class: 'sampler-answer', role: 'status', 'data-answer': true });
  let asked = null; // the newest card when a photo was sent
  let opener = null;
  const another = () => employees().find((p) => p.open_id !== current('person'))?.open_id;
  const whose = () => (state.of && world.people.has(state.of) ? state.of : current('person'));

  function close() {
    if (node.hidden) return;
    node.hidden = true;
    opener?.setAttribute('aria-expanded', 'false');
    opener?.focus();
  }
  async function send(side, variant) {
    state.busy = true;
    asked = shape(newestCard(chatOf()));
    draw();
    delivered(pane, await api.sendSample(current('person'), whose(), side, variant));
    state.busy = false;
    draw();
  }
  // shape tells one look of a card from another.
  const shape = (m) => (m ? `${m.message_id} ${m.edits || 0}` : '');
  const chatOf = () => world.people.get(current('person'))?.chat_id;
  // drawAnswer shows what the bot answers to the photo, because the open sampler leaves little of the chat visible.
  function drawAnswer() {
    const m = newestCard(chatOf());
    const fresh = asked !== null && m && shape(m) !== asked;
    const [title, ...lines] = fresh ? linesOf(m.card) : [];
    put(answer, el('h4', {}, t('sampler.answer')), fresh ? [el('strong', {}, title), lines.map((line) => el('p', {}, line))] : el('p', { class: 'note' }, t(asked === null ? 'sampler.answer.none' : 'sampler.answer.wait')));
  }
  const choice = (name, value, label) => el('button', { type: 'button', class: 'chip', 'aria-pressed': String(state[name] === value), ['data-' + name]: value,
    onclick: () => { state[name] = value; draw(`[data-${name}="${value}"]`); } }, label);

  function draw(focus) {
    if (node.hidden) return;
    const own = current('person');
    const alt = t('sampler.alt', { side: t('sampler.' + state.side), how: t('v.' + state.variant) });
    const src = api.samplePath(whose(), state.side, state.variant);
    const select = el('select', { 'data-of': true, id: 'sampler-of', onchange: (e) => { state.of = e.target.value; draw('[data-of]'); } },
      employees().sort((a, b) => (b.open_id === own) - (a.open_id === own)).map((p) => el('option', { value: p.open_id, selected: p.open_id === whose() }, p.open_id === own ? t('sampler.own', { name: p.name }) : p.name)));
    const picture = state.variant === 'broken' ? el('div', { class: 'sample broken' }, icon('warn'), t('v.broken'))
      : el('img', { class: 'sample', src, alt, draggable: 'true', ondragstart: (e) => e.dataTransfer.setData(dragType, JSON.stringify({ of: whose(), side: state.side, variant: state.variant })) });
    put(node,
      el('header', {}, el('h3', {}, t('sampler.title')), el('button', { type: 'button', class: 'tool', 'aria-label': t('close'), onclick: close }, icon('close'))),
      el('div', { class: 'sampler-row' }, el('label', { for: 'sampler-of' }, t('sampler.whose')), select),
      el('div', { class: 'sampler-row', role: 'group', 'aria-label': t('sampler.side') }, choice('side', 'front', t('sampler.front')), choice('side', 'back', t('sampler.back')),
        another() && el('button', { type: 'button', class: 'chip', 'aria-pressed': String(state.side === 'back' && whose() !== own), 'data-others': true, onclick: () => { state.side = 'back'; state.of = another(); draw('[data-others]'); } }, t('sampler.others'))),
      el('div', { class: 'sampler-row', role: 'group', 'aria-label': t('sampler.how') }, (world.hello?.variants || []).map((v) => choice('variant', v, t('v.' + v)))),
      el('div', { class: 'sampler-view' }, picture, answer),
      el('p', { class: 'note' }, t('sampler.drag')),
      el('div', { class: 'sampler-row end' },
        el('a', { class: 'c-button', 'data-type': 'text', href: src, download: `${state.side}-${state.variant}.jpg` }, t('sampler.save')),
        el('button', { type: 'button', class: 'c-button', 'data-type': 'default', 'data-sendboth': true, disabled: state.busy, onclick: async () => { await send('front', 'good'); await send('back', 'good'); close(); } }, t('sampler.both')),
        el('button', { type: 'button', class: 'c-button', 'data-type': 'primary_filled', 'data-sendsample': true, disabled: state.busy, onclick: () => send(state.side, state.variant) }, t('sampler.send'))),
      el('p', { class: 'note' }, t('own.note')));
    drawAnswer();
    if (focus) node.querySelector(focus)?.focus();
  }
  node.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.stopPropagation(); close(); } });
  onLang(() => draw());
  onChoice('person', () => { state.of = ''; asked = null; draw(); });
  on('message', (m) => { if (!node.hidden && m.chat_id === chatOf()) drawAnswer(); });
  on('person', (p) => { if (!node.hidden && ![...node.querySelectorAll('option')].some((o) => o.value === p.open_id)) draw(); });
  return { node, toggle(button) {
    opener = button;
    if (!node.hidden) return close();
    node.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    return draw('[data-variant="good"]');
  } };
}
