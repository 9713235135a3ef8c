// The page: three panes, the inspector under them, tabs on a narrow screen.

import { el, icon } from './dom.js';
import { lang, onLang, setLang, t } from './i18n.js';
import { open } from './stream.js';
import { current, choose, onChoice } from './choice.js';
import { topbar } from './topbar.js';
import { phonePane } from './pane-phone.js';
import { hrPane } from './pane-hr.js';
import { groupPane } from './pane-group.js';
import { inspector } from './inspector.js';
import { queueLine } from './tools.js';
import { guardWindow } from './upload.js';
import { tour } from './tour.js';

const panes = [['phone', phonePane(), 'phone'], ['hr', hrPane(), 'badge'], ['group', groupPane(), 'people']];
const body = inspector();
const handle = el('button', { type: 'button', class: 'drawer-handle', 'data-drawer': true, 'aria-controls': 'drawer-body', onclick: () => choose('drawer', current('drawer') === 'closed' ? 'open' : 'closed') }, icon('pulse'), el('span'), icon('down', 'drawer-arrow'));
body.id = 'drawer-body';
const drawer = el('section', { class: 'drawer', 'data-pane': 'inspector', id: 'pane-inspector' }, el('div', { class: 'drawer-head' }, handle, queueLine()), body);
const tabs = el('nav', { class: 'tabs' }, [...panes.map(([name, , sign]) => [name, sign]), ['inspector', 'pulse']].map(([name, sign]) =>
  el('button', { type: 'button', class: 'tab', 'data-tab': name, onclick: () => choose('tab', name) }, icon(sign), el('span'))));

function arrange() {
  const tab = current('tab') || 'phone';
  document.body.dataset.tab = tab;
  for (const b of tabs.children) b.setAttribute('aria-pressed', String(b.dataset.tab === tab));
  const closed = current('drawer') === 'closed';
  drawer.dataset.open = String(!closed);
  body.hidden = closed;
  handle.setAttribute('aria-expanded', String(!closed));
  handle.setAttribute('aria-label', t(closed ? 'ins.show' : 'ins.hide'));
}
function labels() {
  for (const b of tabs.children) b.lastChild.textContent = t('pane.' + b.dataset.tab);
  handle.children[1].textContent = t('pane.inspector');
  drawer.setAttribute('aria-label', t('pane.inspector'));
  arrange();
}

document.documentElement.lang = lang() === 'zh' ? 'zh-CN' : 'en';
document.getElementById('app').append(...topbar(), el('main', { class: 'panes' }, panes.map(([, node]) => node)), drawer, tabs);
onChoice('tab', arrange);
onChoice('drawer', arrange);
onLang(labels);
labels();
guardWindow();
open();

// The interface for the tour and for tests.
window.shiming = { setLang, choose, tour };
