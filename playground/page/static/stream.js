// The page's model of the world. Server-sent events keep it up to date.

const listeners = new Map(); // kind to functions

export const world = {
  hello: null, people: new Map(), messages: new Map(), chats: new Map(), calls: new Map(), events: new Map(), sms: [], faults: [], scenarios: [], queue: null, bot: { state: 'running', can: [] },
  clock: null, clockSeen: 0, ready: false, link: 'connecting', // connecting, live, lost, gone, full, off, away
};

// on registers f(value) for each item of a kind, for "reset" and for "link".
export function on(kind, f) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(f);
}

function emit(kind, value) {
  for (const f of listeners.get(kind) || []) f(value);
}

export function personName(id) {
  if (id === 'bot') return world.hello?.bot_name || 'bot';
  return world.people.get(id)?.name || id.slice(0, 10) + '…';
}

export const employees = () => [...world.people.values()].filter((p) => p.role === 'employee');
export const admins = () => [...world.people.values()].filter((p) => p.role === 'admin');

function chatOf(id) {
  if (!world.messages.has(id)) world.messages.set(id, new Map());
  return world.messages.get(id);
}
export const messagesOf = (chat) => [...(world.messages.get(chat)?.values() || [])].sort((a, b) => a.us - b.us);

const take = {
  hello(v) {
    if (!v.resumed) {
      for (const m of [world.people, world.messages, world.chats, world.calls, world.events]) m.clear();
      Object.assign(world, { sms: [], faults: [], scenarios: [], queue: null, ready: false });
    }
    world.hello = v;
    for (const p of [...v.people, ...v.admins]) if (!world.people.has(p.open_id)) world.people.set(p.open_id, p);
    for (const c of v.chats) world.chats.set(c.chat_id, c);
    world.bot = v.bot;
    setClock(v.clock);
    if (!v.resumed) emit('reset');
  },
  message(v) { keep(chatOf(v.chat_id), v.message_id, v, mostMessages); },
  person(v) { world.people.set(v.open_id, v); },
  chat(v) { world.chats.set(v.chat_id, v); },
  call(v) { keep(world.calls, v.no, v, mostKept); },
  event(v) { keep(world.events, v.event_id, v, mostKept); },
  sms(v) { if (!world.sms.some((s) => s.no === v.no)) world.sms = [...world.sms.slice(-mostKept), v]; },
  faults(v) { world.faults = v; },
  queue(v) { world.queue = v; },
  scenarios(v) { world.scenarios = v; },
  bot(v) { world.bot = v; },
  clock(v) { setClock(v); },
  ready() { world.ready = true; },
};

// The same limits as the server's, so that a tab that is open for days holds no more than a new one.
const mostKept = 500;
const mostMessages = 300; // of each chat
function keep(map, key, v, most) {
  map.set(key, v);
  if (map.size > most) map.delete(map.keys().next().value);
}

function setClock(v) {
  world.clock = v;
  world.clockSeen = performance.now();
}

// worldNow returns the simulated time, which may be ahead of the real time.
export const worldNow = () => (world.clock ? new Date(new Date(world.clock.now).getTime() + performance.now() - world.clockSeen) : new Date());

let source = null;
let last = '';
let failures = 0;
let retry = 0;

function setLink(state) {
  if (world.link === state) return;
  world.link = state;
  emit('link', state);
}

// open connects, or reconnects from the last item. EventSource's own reconnection is not used, so that a hidden tab
// can close its connection: a browser opens only six connections to a host.
export function open() {
  if (source) return;
  clearTimeout(retry);
  const own = new EventSource('/sim/stream' + (last ? '?last=' + encodeURIComponent(last) : ''));
  source = own;
  for (const kind of Object.keys(take)) {
    own.addEventListener(kind, (e) => {
      if (e.lastEventId) last = e.lastEventId;
      failures = 0;
      setLink('live');
      const v = JSON.parse(e.data);
      take[kind](v);
      emit(kind, v);
    });
  }
  own.onerror = () => {
    close();
    failures++;
    if (failures > 2) reason().then((why) => { if (!source) setLink(why); });
    else setLink('lost');
    if (!document.hidden) retry = setTimeout(open, Math.min(500 * 2 ** failures, 8000));
  };
}

// reason asks the server why the stream failed, because EventSource does not report the status.
async function reason() {
  const enough = new AbortController();
  try {
    const answer = await fetch('/sim/stream', { signal: enough.signal });
    return { 503: 'full', 404: 'off' }[answer.status] || 'lost';
  } catch {
    return 'gone';
  } finally {
    enough.abort();
  }
}

function close() {
  source?.close();
  source = null;
}

let away = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(away);
  if (document.hidden) away = setTimeout(() => { close(); setLink('away'); }, 5000);
  else open();
});
