// Opens a link of a card in a new tab, as the person on whose phone the card is.

import { world } from './stream.js';

// openLink tells the simulated Feishu's login who the person is, if the link leads to the bot. Feishu's client is logged
// in as that person and needs nothing from the page. Cookies ignore the port, and the path keeps this one from the bot.
export function openLink(url, who) {
  if (!/^https?:\/\//.test(url)) return;
  const { links, cookie, path } = world.hello?.login || {};
  if (links && url.startsWith(links)) document.cookie = `${cookie}=${encodeURIComponent(who)}; path=${path}; SameSite=Lax`;
  window.open(url, '_blank', 'noopener');
}
