// The steps of the tour. A step is shown as soon as find returns its element. After the reading time the elements
// that press returns are clicked in order. The text's key is "tour." + id.

import { choose } from './choice.js';
import { world } from './stream.js';
import { shown } from './tour-find.js';
import * as api from './api.js';

const phone = (selector) => shown('phone', selector);
const card = (pane, selector) => shown(pane, selector)?.closest('.card');

// steps returns the steps for one person in order. tab is the pane on a narrow screen.
export function steps(who) {
  const own = () => `[data-case="${world.people.get(who)?.case}"]`;
  const approval = () => shown('hr', `${own()} [data-act="approve"]`);
  const open = { click() {} }; // the desk shows the case already
  const decided = () => phone('[data-stage="done"] .card'); // another admin has decided already
  const all = () => shown('group', '.card');
  const filed = () => [...document.querySelectorAll('[data-pane="inspector"] .ins-row')].find((n) => n.textContent.includes('evidence.psn_realname') && n.getClientRects().length > 0);
  return [
    { id: 'open', tab: 'phone', find: () => phone('.empty'), press: [() => phone('[data-enter]')] },
    { id: 'start', tab: 'phone', find: () => card('phone', '[data-act="start"]'), skip: () => phone('[data-act="decline"]'), press: [() => phone('[data-act="start"]')] },
    // A new tab would take the reader away from the tour.
    { id: 'consent', tab: 'phone', find: () => card('phone', '[data-act="decline"]'), press: [() => (phone('[data-link]') ? { click: () => api.agree(who) } : phone('[data-act="consent"]'))] },
    { id: 'photos', tab: 'phone', find: () => phone('[data-stage="photos"] .card') && phone('[data-photo]'), press: [() => phone('[data-photo]')] },
    { id: 'sampler', tab: 'phone', find: () => phone('img.sample')?.complete && phone('.sampler'), press: [() => phone('[data-sendboth]')] },
    { id: 'confirm', tab: 'phone', find: () => phone('.c-form:has([data-act="confirm"])'), press: [() => phone('[data-act="confirm"]')] },
    { id: 'code', tab: 'phone', find: () => phone('[data-field="sms_code"]') && phone('.sms'),
      press: [() => phone('[data-usecode]'), () => phone('[data-field="sms_code"]')?.value && phone('[data-act="submit_code"]')] },
    { id: 'review', tab: 'hr', before: () => choose('hrchat', 'bot'), find: () => card('hr', '[data-act="next"]'), skip: decided,
      press: [() => (approval() ? open : shown('hr', '[data-act="next"]'))] },
    { id: 'approve', tab: 'hr', find: approval, skip: decided, press: [approval] },
    { id: 'done', tab: 'phone', find: () => phone('[data-stage="done"] .card') },
    { id: 'wire', tab: 'inspector', before: () => { choose('drawer', 'open'); choose('ins.errors', ''); choose('ins.who', who); }, find: filed, press: [filed] },
    { id: 'diagram', tab: 'inspector', find: () => shown('inspector', '[data-state="done"][data-now]') && shown('inspector', '.diagram') },
    { id: 'board', tab: 'group', find: all },
  ];
}
