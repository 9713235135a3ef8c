// One conversation: messages as bubbles, cards in place. A changed message is replaced in one step.

import { el, put, icon } from './dom.js';
import { clockTime, stamp, t, onLang, locale } from './i18n.js';
import { world, on, messagesOf, personName, worldNow } from './stream.js';
import { avatar } from './avatar.js';
import { drawCard } from './card.js';
import { look } from './dialog.js';
import { answered } from './toast.js';
import { openLink } from './open-link.js';
import * as api from './api.js';

const drawnAtFirst = 30;
const more = 30;
const mostDrawn = 240; // while the reader has scrolled up and new messages arrive
const remembered = 400; // number of cards whose typed values are kept

// Chat shows one chat at a time in a pane. viewer() returns the reader's open_id, empty(chat) the content of an empty
// chat.
export class Chat {
  constructor(pane, { viewer, empty }) {
    Object.assign(this, { pane, viewer, empty, chat: '', limit: drawnAtFirst, nodes: new Map(), memory: new Map() });
    this.list = el('div', { class: 'messages', role: 'log', tabindex: '0', 'aria-live': 'polite', 'aria-relevant': 'additions' });
    this.below = el('button', { type: 'button', class: 'below', hidden: true, onclick: () => this.toEnd() }, icon('down'), el('span'));
    this.node = el('div', { class: 'chat' }, this.list, this.below);
    this.list.addEventListener('scroll', () => { if (this.atEnd()) this.below.hidden = true; });
    // A picture that loads late must not push the newest message out of view.
    this.list.addEventListener('load', () => { if (this.stuck) this.toEnd(); }, true);
    on('message', (m) => { if (m.chat_id === this.chat) this.changed(m); });
    on('reset', () => { this.fresh = true; this.redraw(); });
    on('ready', () => { if (this.fresh) { this.fresh = false; this.redraw(); } }); // a resumed stream keeps the scroll position
    on('clock', () => this.dates());
    onLang(() => this.redraw());
  }

  show(chat) {
    if (chat === this.chat) return;
    this.chat = chat;
    this.limit = drawnAtFirst;
    this.redraw();
  }

  // dates updates the time labels of messages, because the simulated day may change.
  dates() {
    for (const n of this.list.querySelectorAll('.msg-head time')) n.textContent = said(n.dateTime);
  }

  atEnd() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60; }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.stuck = true;
    this.below.hidden = true;
  }

  redraw() {
    this.nodes.clear();
    const all = messagesOf(this.chat);
    const some = all.slice(-this.limit);
    const hiddenCount = all.length - some.length;
    put(this.list, hiddenCount > 0 && this.older(hiddenCount), some.map((m) => this.node_(m)), all.length === 0 && world.hello && this.empty(this.chat));
    this.toEnd();
  }

  older(count) {
    return el('button', { type: 'button', class: 'older', 'data-older': count, onclick: () => {
      const height = this.list.scrollHeight;
      this.limit += more;
      this.redraw();
      this.stuck = false;
      this.list.scrollTop = this.list.scrollHeight - height;
    } }, t('older', { n: Math.min(more, count) }));
  }

  changed(m) {
    if (!world.ready) return; // before ready nothing is drawn; then everything is drawn at once
    const old = this.nodes.get(m.message_id);
    const end = this.atEnd();
    if (old) {
      const fresh = this.node_(m);
      const focus = focusIn(old);
      old.replaceWith(fresh);
      refocus(fresh, focus);
    } else {
      if (this.nodes.size === 0) return this.redraw();
      this.list.append(this.node_(m));
      if (end && this.nodes.size > this.limit + more) {
        this.limit = drawnAtFirst;
        return this.redraw();
      }
      if (this.nodes.size > mostDrawn) {
        const [oldest] = this.nodes.keys();
        this.nodes.get(oldest).remove();
        this.nodes.delete(oldest);
      }
      if (m.sender === this.viewer()) return this.toEnd();
    }
    this.stuck = end;
    if (end) this.toEnd();
    else if (!old) {
      this.below.lastChild.textContent = t('newbelow');
      this.below.hidden = false;
    }
    return undefined;
  }

  node_(m) {
    const out = this.draw(m);
    this.nodes.set(m.message_id, out);
    return out;
  }

  draw(m) {
    if (m.recalled) return el('p', { class: 'recalled', 'data-message': m.message_id }, t('recalled', { who: personName(m.sender) }));
    const own = m.sender === this.viewer();
    const name = personName(m.sender);
    const parent = m.parent && world.messages.get(this.chat)?.get(m.parent);
    return el('article', { class: 'msg' + (own ? ' own' : ''), 'data-message': m.message_id, 'data-type': m.type, 'data-kind': m.kind, 'data-stage': m.stage, 'data-case': m.case, 'data-edits': m.edits },
      avatar(m.sender, name),
      el('div', { class: 'msg-main' },
        el('div', { class: 'msg-head' }, el('span', { class: 'msg-name' }, own ? t('you') : name), el('time', { datetime: m.at }, said(m.at))),
        parent && el('div', { class: 'msg-parent' }, t('reply') + ' ' + personName(parent.sender) + '：' + summary(parent)),
        this.content(m)));
  }

  content(m) {
    const c = m.content || {};
    switch (m.type) {
      case 'interactive': return this.card(m);
      case 'text': return el('div', { class: 'bubble' }, String(c.text || '').replaceAll('@_user_1', '@' + personName('bot')));
      case 'image': return this.photo(c.image_key);
      case 'file': return el('a', { class: 'bubble msg-file', href: api.filePath(c.file_key), download: c.file_name || '' }, icon('file'), c.file_name || t('type.file'));
      case 'post': return el('div', { class: 'bubble' }, c.title && el('strong', {}, c.title), (c.content || []).map((line) =>
        el('div', {}, line.map((x) => (x.tag === 'img' ? this.photo(x.image_key) : x.text || '')))));
      default: return el('div', { class: 'bubble' }, t('unsupported', { type: m.type }));
    }
  }

  photo(key) {
    const src = api.imagePath(key);
    const img = el('img', { src, alt: t('picture'), class: 'photo' });
    img.addEventListener('error', () => img.replaceWith(el('span', { class: 'bubble msg-file' }, icon('image'), t('picture'))));
    return el('button', { type: 'button', class: 'photo-button', 'aria-label': t('picture'), onclick: () => look(src, t('picture')) }, img);
  }

  card(m) {
    if (!this.memory.has(m.message_id)) this.memory.set(m.message_id, { typed: new Map(), opened: new Map() });
    if (this.memory.size > remembered) this.memory.delete(this.memory.keys().next().value);
    return drawCard(m.card, { ...this.memory.get(m.message_id), message: m.message_id, person: personName, image: api.imagePath,
      open: (url) => openLink(url, this.viewer()),
      click: async ({ value, form }) => answered(this.pane, await api.click(this.viewer(), m.message_id, value, form)) });
  }
}

// said formats a message's time: the time alone for the simulated today, otherwise with the date.
const said = (at) => (new Date(at).toDateString() === worldNow().toDateString() ? clockTime(at) : stamp(at));

// summary describes a message in one line.
function summary(m) {
  if (m.type === 'text') return String(m.content?.text || '').slice(0, 40);
  if (m.type === 'interactive') return m.card?.header?.title?.i18n_content?.[locale()] || m.card?.header?.title?.content || t('type.interactive');
  return t('type.' + m.type);
}

// focusIn returns the focused button or field, so that the focus can be restored after a redraw.
function focusIn(node) {
  const at = document.activeElement;
  if (!at || !node.contains(at)) return null;
  for (const name of ['field', 'act', 'fold']) if (at.dataset[name]) return { name, value: at.dataset[name], side: at.dataset.side, from: at.selectionStart };
  return { name: '' };
}

function refocus(node, focus) {
  if (!focus) return;
  const to = focus.name && [...node.querySelectorAll(`[data-${focus.name}]`)].find((n) => n.dataset[focus.name] === focus.value && n.dataset.side === focus.side);
  if (to) {
    to.focus({ preventScroll: true });
    if (focus.from !== undefined && focus.from !== null) try { to.setSelectionRange(focus.from, focus.from); } catch { /* not a text field */ }
  } else {
    node.setAttribute('tabindex', '-1');
    node.focus({ preventScroll: true });
  }
}
