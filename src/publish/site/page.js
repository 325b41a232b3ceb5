// Keeps an open page true: asks /updates for what has changed, puts it in place of what was there without touching
// anything else, and lets filters act at once.  Without this script the pages are whole, and stand still.
(() => {
  'use strict';

  const EVERY = 5000; // ms between two questions
  const main = document.getElementById('main');
  const live = document.getElementById('live');
  let version = main.dataset.version;
  let ahead = 0; // ms that the server's clock is ahead of ours

  document.documentElement.classList.add('live-page');

  // --- one element becomes like another -------------------------------------------------------------------------------

  // What a person did to the page, and no answer undoes.
  const isOurs = (element, name) =>
    (name === 'open' && element.localName === 'details') || (name === 'hidden' && 'find' in element.dataset);

  function adapt(old, fresh) {
    for (const { name } of [...old.attributes])
      if (!fresh.hasAttribute(name) && !isOurs(old, name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (old.getAttribute(name) !== value && !isOurs(old, name)) old.setAttribute(name, value);
    adaptChildren(old, fresh);
  }

  function adaptChildren(old, fresh) {
    const wanted = [...fresh.childNodes];
    wanted.forEach((node, index) => {
      const there = old.childNodes[index];
      if (!there) old.append(node);
      else if (there.nodeName !== node.nodeName) there.replaceWith(node);
      else if (node.nodeType !== Node.ELEMENT_NODE) there.data !== node.data && (there.data = node.data);
      else adapt(there, node);
    });
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
  }

  function parsed(html) {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  // --- what is newer -----------------------------------------------------------------------------------------------------

  const byKey = () => new Map([...main.querySelectorAll('[data-key]')].map(element => [element.dataset.key, element]));

  function apply(answer) {
    const known = byKey();
    const fresh = new Map();
    for (const [key, html] of Object.entries(answer.parts)) {
      const part = parsed(html);
      if (known.has(key)) adapt(known.get(key), part);
      else if (key.startsWith('box:')) fresh.set(key, part);
    }
    const boxes = document.getElementById('boxes');
    if (!answer.boxes || !boxes) return;
    const keys = answer.boxes.map(name => 'box:' + name);
    for (const element of [...boxes.children]) if (!keys.includes(element.dataset.key)) element.remove();
    keys.forEach((key, index) => {
      const element = fresh.get(key) ?? known.get(key);
      if (element && boxes.children[index] !== element) boxes.insertBefore(element, boxes.children[index] ?? null);
    });
  }

  function say(text, css) {
    if (live.textContent !== text) live.textContent = text;
    live.className = 'live ' + css;
  }

  async function update() {
    const address = new URL(main.dataset.updates, location.href);
    address.searchParams.set('since', version);
    let answer;
    try {
      const response = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(2 * EVERY) });
      if (response.status === 404) return say('gone', 'bad');
      if (!response.ok) return say(response.status === 401 ? 'log in again' : 'refused (' + response.status + ')', 'bad');
      answer = await response.json();
    } catch {
      return say('boxmeter does not answer', 'bad');
    }
    // Another way to show the boxes needs another page.
    if (answer.layout !== main.dataset.layout) return location.reload();
    version = answer.version;
    ahead = Date.parse(answer.now) - Date.now();
    apply(answer);
    filterAll();
    tick();
    say('live', 'good');
  }

  async function keepUpdating() {
    if (!document.hidden) await update();
    setTimeout(keepUpdating, EVERY);
  }

  // --- times ---------------------------------------------------------------------------------------------------------------

  // As age() of human.cpp.
  function age(milliseconds) {
    const seconds = Math.max(Math.floor(milliseconds / 1000), 0);
    if (seconds < 120) return seconds + ' s';
    if (seconds < 7200) return Math.floor(seconds / 60) + ' min';
    if (seconds < 172800) return Math.floor(seconds / 3600) + ' h';
    return Math.floor(seconds / 86400) + ' d';
  }

  function tick() {
    const now = Date.now() + ahead;
    for (const element of document.querySelectorAll('time.ago, time.ahead')) {
      const when = Date.parse(element.dateTime);
      const text = element.className === 'ago' ? age(now - when) + ' ago' : when > now ? 'in ' + age(when - now) : 'now';
      if (element.firstChild?.data !== text) element.textContent = text;
    }
  }

  // --- filters -------------------------------------------------------------------------------------------------------------

  function filter(form) {
    const what = form.dataset.filter;
    const body = what === 'boxes' ? document.getElementById('boxes') : main.querySelector('[data-key="series"]');
    const find = form.elements.find.value.trim().toLowerCase();
    const show = form.elements.show?.value ?? '';
    const all = [...body.children].filter(element => 'find' in element.dataset);
    let shown = 0;
    for (const element of all) {
      const isShown = element.dataset.find.includes(find) && (!show || element.dataset.is.split(' ').includes(show));
      element.hidden = !isShown;
      if (isShown) shown += 1;
    }
    document.getElementById(what + '-nothing').hidden = shown > 0 || all.length === 0;
  }

  const forms = [...document.querySelectorAll('form[data-filter]')];
  const filterAll = () => forms.forEach(filter);

  // The address says what is shown, so that a reload shows it again.
  function remember(form) {
    const address = new URL(location.href);
    for (const name of ['find', 'show']) {
      const value = form.elements[name]?.value ?? '';
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, '', address);
  }

  for (const form of forms) {
    form.addEventListener('input', () => (filter(form), remember(form)));
    form.addEventListener('submit', event => (event.preventDefault(), filter(form)));
  }

  document.addEventListener('visibilitychange', () => document.hidden || update());
  ahead = Date.parse(main.dataset.now) - Date.now();
  setInterval(tick, 1000);
  if (main.dataset.updates) keepUpdating();
})();
