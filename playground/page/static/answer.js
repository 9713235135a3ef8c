// The bot's newest card of a chat in a few lines of text, for a place where the card itself does not fit.

import { messagesOf } from './stream.js';
import { pick } from './i18n.js';

const mostLines = 4;
const plain = (text) => text.replace(/<[^>]*>|[*_`~]+/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();

// newestCard returns the bot's newest card, which may have been changed after it was sent.
export function newestCard(chat) {
  const cards = messagesOf(chat).filter((m) => m.sender === 'bot' && m.type === 'interactive' && !m.recalled);
  return cards[cards.length - 1];
}

// linesOf returns the title of a card and its first texts, without buttons, fields and lines that only draw.
export function linesOf(card) {
  const lines = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!node || typeof node !== 'object') return undefined;
    if (node.tag === 'markdown') lines.push(...plain(pick(node)).split('\n'));
    else if (node.tag === 'div') lines.push(...plain(pick(node.text)).split('\n'));
    else if (node.tag !== 'form' && node.tag !== 'collapsible_panel') walk([node.elements, node.columns]);
    return undefined;
  };
  walk(card?.body?.elements);
  return [plain(pick(card?.header?.title)), ...lines.filter((line) => /[\p{L}\p{N}]/u.test(line)).slice(0, mostLines)];
}
