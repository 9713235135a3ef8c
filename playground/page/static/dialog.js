// Dialogs. <dialog> itself traps the focus, restores it afterwards and closes on Escape.

import { el } from './dom.js';
import { t } from './i18n.js';

// confirm asks before a button acts, as Feishu does. It resolves to true or false.
export function confirm(title, text) {
  return new Promise((resolve) => {
    const yes = el('button', { type: 'button', class: 'c-button', 'data-type': 'primary_filled', 'data-answer': 'yes', onclick: () => box.close('yes') }, t('ok'));
    const no = el('button', { type: 'button', class: 'c-button', 'data-type': 'default', 'data-answer': 'no', onclick: () => box.close('no') }, t('cancel'));
    const box = el('dialog', { class: 'ask', 'aria-labelledby': 'ask-title', 'data-dialog': 'confirm' },
      el('h2', { id: 'ask-title' }, title), text && el('p', {}, text), el('div', { class: 'ask-buttons' }, no, yes));
    box.addEventListener('close', () => { box.remove(); resolve(box.returnValue === 'yes'); });
    document.body.append(box);
    box.showModal();
    yes.focus();
  });
}

// look shows an enlarged picture.
export function look(src, alt) {
  const box = el('dialog', { class: 'look', 'aria-label': alt, onclick: () => box.close() }, el('img', { src, alt }),
    el('button', { type: 'button', class: 'c-button look-close', onclick: () => box.close() }, t('close')));
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}
