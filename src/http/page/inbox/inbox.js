// The inbox page. Everything that comes out of a mail is written as text, never as HTML; its HTML is shown only in a frame that
// the server serves with a policy of its own and that has no scripts and no origin.
'use strict';

const t = JSON.parse(document.getElementById('texts').textContent);
const lang = document.documentElement.lang;
const $ = (id) => document.getElementById(id);
const KEY = 'jebi-key';
const PAGE = 50;
const LOOK_EVERY = 3000;
// The pass holds for ten minutes.
const PASS_EVERY = 5 * 60 * 1000;
const TABS = ['html', 'text', 'headers', 'source'];

let mails = [];
let next = null;
let providers = [];
let known = null;
let open = null;
let passAt = 0;
let looking = false;
let loaded = false;

class Refused extends Error {
  constructor(status, why) { super(why); this.status = status; }
}

async function ask(method, path) {
  const key = sessionStorage.getItem(KEY);
  const headers = key ? { 'X-API-KEY': key } : {};
  const answer = await fetch(path, { method, headers, credentials: 'same-origin', cache: 'no-store' });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, problem.detail || String(answer.status));
}

// Runs what asks the server; a refused key asks for another, anything else is told.
async function attempt(work) {
  try {
    const done = await work();
    tell(null);
    return done;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) askKey();
    else if (error instanceof Refused) tell(t.failed.replace('{why}', error.message));
    else tell(t.offline);
    return undefined;
  }
}

function tell(text) {
  const elsewhere = providers.filter((p) => p.kind !== 'local').map((p) => p.name).join(', ');
  const shown = text || (elsewhere && t.elsewhere.replace('{providers}', elsewhere));
  $('notice').hidden = !shown;
  $('notice').textContent = shown || '';
}

function askKey() {
  $('key-fault').hidden = !sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  $('loading').hidden = true;
  if (!$('ask-key').open) $('ask-key').showModal();
  $('key').focus();
}

// The list

async function look() {
  if (looking || document.hidden || $('ask-key').open) return;
  looking = true;
  const page = await attempt(() => ask('GET', `/v1/inbox?limit=${PAGE}`));
  looking = false;
  if (!page) return;
  providers = page.providers;
  loaded = true;
  tell(null);
  const last = page.mails.length ? page.mails[page.mails.length - 1].id : Infinity;
  const older = page.next_cursor ? mails.filter((m) => m.id < last) : [];
  if (!older.length) next = page.next_cursor;
  mails = page.mails.concat(older);
  showList();
}

async function lookFurther() {
  const page = await attempt(() => ask('GET', `/v1/inbox?limit=${PAGE}&cursor=${encodeURIComponent(next)}`));
  if (!page) return;
  const last = mails.length ? mails[mails.length - 1].id : Infinity;
  mails = mails.concat(page.mails.filter((m) => m.id < last));
  next = page.next_cursor;
  showList();
}

function showList() {
  // Before the first answer nobody knows whether there is nothing.
  if (!loaded) return;
  const seen = JSON.stringify([mails.map((m) => m.id), next, open]);
  if (seen === showList.seen) return;
  showList.seen = seen;
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.mail : undefined;
  const fresh = (m) => known && !known.has(m.id);
  $('list').replaceChildren(...mails.map((m) => line(m, fresh(m))));
  known = new Set(mails.map((m) => m.id));
  if (focused) focusMail(focused);
  const n = mails.length;
  const words = next ? t.count_more : n === 0 ? t.count_none : n === 1 ? t.count_one : t.count_many;
  $('count').textContent = words.replace('{n}', n);
  $('more').hidden = !next;
  $('clear').hidden = n === 0;
  $('loading').hidden = true;
  const none = n === 0 && open === null;
  $('empty').hidden = !none;
  // What is sent through another provider never lands here.
  $('how').hidden = !providers.some((p) => p.kind === 'local');
  $('pane-list').hidden = none;
  $('pick').hidden = none || open !== null;
  document.querySelector('main').classList.toggle('none', none);
}

function line(mail, fresh) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = `#${mail.id}`;
  link.dataset.mail = mail.id;
  if (fresh) item.className = 'fresh';
  if (mail.id === open) link.setAttribute('aria-current', 'true');
  link.append(word('span', 'who', mail.to.join(', ')), word('time', 'when', when(mail.at, true)), word('span', 'what', mail.subject || t.no_subject));
  item.append(link);
  return item;
}

function word(element, name, text) {
  const made = document.createElement(element);
  made.className = name;
  made.textContent = text;
  return made;
}

function when(at, short) {
  const time = new Date(at);
  const today = time.toDateString() === new Date().toDateString();
  const form = !short ? { dateStyle: 'full', timeStyle: 'medium' } : today ? { timeStyle: 'short' } : { month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(lang, form).format(time);
}

function bytes(n) {
  const [unit, by] = n >= 1 << 20 ? ['megabyte', 1 << 20] : n >= 1 << 10 ? ['kilobyte', 1 << 10] : ['byte', 1];
  return new Intl.NumberFormat(lang, { style: 'unit', unit, maximumFractionDigits: 1 }).format(n / by);
}

// One mail

async function openMail(id) {
  open = id;
  document.querySelector('main').classList.toggle('reading', id !== null);
  showList();
  if (id === null) {
    $('mail').hidden = true;
    $('frame-place').replaceChildren();
    return;
  }
  const mail = await attempt(async () => {
    try {
      return await ask('GET', `/v1/inbox/${id}`);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  });
  if (open !== id || mail === undefined) return;
  if (mail === null) {
    location.hash = '';
    tell(t.gone);
    return;
  }
  await pass();
  if (open === id) showMail(mail);
}

// Frames and downloads cannot show the key, so the browser gets a pass for them.
async function pass() {
  if (Date.now() - passAt < PASS_EVERY) return;
  const got = await attempt(() => ask('POST', '/v1/inbox/session').then(() => true));
  if (got) passAt = Date.now();
}

function showMail(mail) {
  $('subject').textContent = mail.subject || t.no_subject;
  $('from').textContent = mail.from;
  $('to').textContent = mail.to.join(', ');
  $('date').textContent = when(mail.at, false);
  $('size').textContent = bytes(mail.size);
  $('delivery').textContent = mail.delivery_id;
  $('save').href = `/v1/inbox/${mail.id}/source`;
  $('text').textContent = mail.text || t.no_text;
  $('source').textContent = mail.source;
  $('headers').replaceChildren(...mail.headers.flatMap((h) => [word('dt', '', h.name), word('dd', '', h.value)]));
  $('attachments').hidden = mail.attachments.length === 0;
  $('attachments-heading').textContent = t.attachments.replace('{n}', mail.attachments.length);
  $('files').replaceChildren(...mail.attachments.map((file, place) => attachment(mail, file, place)));
  const remote = mail.remote_contents;
  $('remote').hidden = remote === 0;
  $('remote').textContent = (remote === 1 ? t.remote_one : t.remote_many).replace('{n}', remote);
  $('links').hidden = mail.links.length === 0;
  $('links').open = false;
  $('links-heading').textContent = t.links.replace('{n}', mail.links.length);
  $('link-list').replaceChildren(...mail.links.map(linked));
  $('frame-place').replaceChildren(...(mail.html === null ? [] : [frame(mail)]));
  $('tab-html').disabled = mail.html === null;
  $('mail').hidden = false;
  $('mail').scrollTop = 0;
  choose(mail.html === null ? 'text' : 'html');
  $('subject').focus({ preventScroll: true });
}

function frame(mail) {
  const made = document.createElement('iframe');
  made.setAttribute('sandbox', '');
  made.referrerPolicy = 'no-referrer';
  made.title = t.frame_title;
  made.src = `/v1/inbox/${mail.id}/html`;
  return made;
}

function attachment(mail, file, place) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = `/v1/inbox/${mail.id}/attachments/${place}`;
  link.download = file.name;
  const kind = [file.media_type, bytes(file.size)].concat(file.inline ? [t.inline] : []).join(' · ');
  link.append(word('span', 'file', file.name), word('span', 'kind', kind));
  item.append(link);
  return item;
}

function linked(address) {
  const item = document.createElement('li');
  const link = word('a', '', address);
  // The server lists only these; a mail must not be able to bring in another kind.
  if (/^https?:/i.test(address)) link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  item.append(link);
  return item;
}

function choose(name, focus) {
  for (const tab of TABS) {
    const chosen = tab === name;
    $(`tab-${tab}`).setAttribute('aria-selected', String(chosen));
    $(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
    $(`panel-${tab}`).hidden = !chosen;
  }
  if (focus) $(`tab-${name}`).focus();
}

// Keys

function focusMail(id) {
  const link = document.querySelector(`#list a[data-mail="${Number(id)}"]`);
  if (link) link.focus();
}

function moveInList(by) {
  const links = [...document.querySelectorAll('#list a')];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const start = at >= 0 ? at : links.findIndex((l) => l.hasAttribute('aria-current'));
  links[Math.min(Math.max(start + by, 0), links.length - 1)].focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('ask-key').open) return;
  const inList = $('list').contains(document.activeElement);
  const down = event.key === 'j' || (inList && event.key === 'ArrowDown');
  const up = event.key === 'k' || (inList && event.key === 'ArrowUp');
  if (down || up) {
    event.preventDefault();
    moveInList(down ? 1 : -1);
  } else if (event.key === 'Escape' && open !== null) {
    const from = open;
    location.hash = '';
    setTimeout(() => focusMail(from));
  }
});

$('tabs').addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const usable = TABS.filter((tab) => !$(`tab-${tab}`).disabled);
  const at = usable.findIndex((tab) => $(`tab-${tab}`).getAttribute('aria-selected') === 'true');
  choose(usable[(at + step + usable.length) % usable.length], true);
});

// What is clicked

for (const tab of TABS) $(`tab-${tab}`).addEventListener('click', () => choose(tab));
$('more').addEventListener('click', lookFurther);
$('clear').addEventListener('click', async () => {
  if (!confirm(t.clear_ask)) return;
  if (await attempt(() => ask('DELETE', '/v1/inbox'))) await forget([]);
});
$('remove').addEventListener('click', async () => {
  if (!confirm(t.remove_ask)) return;
  const id = open;
  if (await attempt(() => ask('DELETE', `/v1/inbox/${id}`).then(() => true))) await forget(mails.filter((m) => m.id !== id));
});
$('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText($('curl').textContent);
  $('copy').textContent = t.copied;
});
$('key-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, $('key').value.trim());
  $('key').value = '';
  $('ask-key').close();
  await look();
  follow();
});
// Without a key there is nothing to see behind it.
$('ask-key').addEventListener('cancel', (event) => event.preventDefault());

async function forget(left) {
  mails = left;
  if (location.hash) location.hash = '';
  open = null;
  $('mail').hidden = true;
  document.querySelector('main').classList.remove('reading');
  showList();
  await look();
}

function follow() {
  const id = /^#(\d+)$/.exec(location.hash);
  openMail(id ? Number(id[1]) : null);
}

$('curl').textContent = [
  `curl -sS '${location.origin}/v1/messages' -H "X-API-KEY: $JEBI_API_KEY" -H 'Content-Type: application/json' \\`,
  `  -d '{"messages":[{"from":"hello@example.com","emails":["you@example.com"],"subject":"안녕하세요","content":"<p>제비가 첫 편지를 물고 왔습니다.</p>"}]}'`,
].join('\n');
window.addEventListener('hashchange', follow);
document.addEventListener('visibilitychange', look);
setInterval(look, LOOK_EVERY);
setInterval(() => { if (open !== null) pass(); }, PASS_EVERY / 5);
look().then(follow);
