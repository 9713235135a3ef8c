// The input line of a chat with quick replies.

import { el, icon, put } from './dom.js';
import { lang, onLang, t } from './i18n.js';

// composer builds the line. say(text) sends; words holds pairs of Chinese and English quick replies; extras are
// further buttons.
export function composer({ id, hint, say, words, extras = [], before = null }) {
  const box = el('textarea', { rows: 1, id: `say-${id}`, 'data-say': id, autocomplete: 'off' });
  const go = el('button', { type: 'submit', class: 'send', 'data-send': id }, icon('send'));
  const quick = el('div', { class: 'quick', role: 'group' });
  const form = el('form', { class: 'composer', onsubmit(e) { e.preventDefault(); submit(); } }, el('div', { class: 'composer-top' }, quick, before), el('div', { class: 'composer-line' }, extras, box, go));

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    box.value = '';
    grow();
    await say(text);
    box.focus();
  }
  const grow = () => { box.style.height = 'auto'; box.style.height = Math.min(box.scrollHeight, 96) + 'px'; };
  box.addEventListener('input', grow);
  box.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); submit(); }
  });
  function draw() {
    box.placeholder = t(hint);
    box.setAttribute('aria-label', t(hint));
    go.setAttribute('aria-label', t('send'));
    quick.setAttribute('aria-label', t('quick'));
    put(quick, words.map(([zh, en]) => {
      const word = lang() === 'zh' ? zh : en;
      return el('button', { type: 'button', class: 'chip', 'data-quick': zh, onclick: () => say(word) }, word);
    }));
  }
  draw();
  onLang(draw);
  return form;
}
