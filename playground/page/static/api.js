// Requests to the control API: actions of people, the bot and the clock.

export async function ask(path, init) {
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    return { ok: false, status: 0, error: 'network' };
  }
  let body = {};
  try { body = await answer.json(); } catch { /* an answer without JSON has only its status */ }
  return { ok: answer.ok, status: answer.status, error: answer.ok ? '' : body.error || String(answer.status), body };
}

const post = (path, body) => ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
const chat = (who) => `/sim/chats/${encodeURIComponent(who)}`;

export const enter = (who) => post(`${chat(who)}/enter`);
export const say = (who, text, group, atBot) => post(`${chat(who)}/text`, group ? { text, chat: group, at_bot: atBot } : { text });
export const click = (who, message, value, form) => post(`${chat(who)}/click`, { message_id: message, value, form });
export const agree = (who) => post(`${chat(who)}/agreement`);
export const hire = () => post('/sim/people', { n: 1 });
export const botDo = (what) => post('/sim/bot', { do: what });
export const clockBy = (by) => post('/sim/clock', { advance: by });
export const upload = (who, file) => ask(`${chat(who)}/upload`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } });

const query = (of, side, variant) => `side=${side}&variant=${variant}&of=${encodeURIComponent(of)}`;
export const sendSample = (who, of, side, variant) => post(`${chat(who)}/photo?${query(of, side, variant)}`);
export const samplePath = (of, side, variant) => `/sim/people/${encodeURIComponent(of)}/${side}.jpg?variant=${variant}`;
export const filePath = (key) => `/sim/files/${encodeURIComponent(key)}`;
export const imagePath = (key) => `/sim/images/${encodeURIComponent(key)}`;
