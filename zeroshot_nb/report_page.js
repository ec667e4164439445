(() => {
  'use strict';
  const page = document.body.dataset, answers = new Map();
  const controls = () => [...document.querySelectorAll('[data-group]')];
  const names = [...document.querySelectorAll('.name')].map(name => name.dataset.name);
  const bar = document.getElementById('bar'), said = document.getElementById('said');
  const save = document.getElementById('save'), clear = document.getElementById('clear');
  bar.hidden = false;

  const fill = select => {
    select.length = 1;
    const more = select.dataset.more === 'true' ? new Set(JSON.parse(select.dataset.without)) : new Set();
    for (const name of [...names, ...(more.size ? [] : [page.none, page.mixture])])
      if (!more.has(name)) select.add(new Option(name, name));
  };
  document.querySelectorAll('select[data-group]').forEach(fill);

  const asking = document.getElementById('asking'), plan = asking ? JSON.parse(asking.dataset.plan) : null;
  const blocks = [...document.querySelectorAll('.question')];
  const option = (block, name, share, group) => {
    const label = block.querySelector('.choices label').cloneNode(true), radio = label.querySelector('input');
    radio.value = name;
    radio.dataset.group = group;
    label.replaceChildren(radio, share ? `${name} ` : name);
    if (share) label.append(Object.assign(document.createElement('span'), {className: 'soft', textContent: share}));
    return label;
  };
  const put = (block, node) => {                             // a question, where another one stood
    const text = JSON.stringify([node.group, node.choices]);
    if (block.dataset.asks === text) return;
    const first = block.dataset.asks === undefined && block.querySelector('[data-group]').dataset.group === node.group;
    block.dataset.asks = text;
    if (first && block === blocks[0]) return;                // as it was written
    block.querySelector('legend').textContent = `What do these images show? They are called “${node.group}” now.`;
    const about = [...document.querySelectorAll('.name')].find(name => name.dataset.name === node.group);
    const strip = block.querySelector('.strip'), typical = about.querySelectorAll('.kinds .strip')[1];
    strip.setAttribute('aria-label', `Typical images of the group that is called ${node.group}`);
    strip.replaceChildren(...(typical ? [...typical.children].map(one => one.cloneNode(true)) : []));
    const offered = node.choices.map(one => option(block, one.name, one.share, node.group));
    const others = [page.none, page.mixture].map(name => option(block, name, '', node.group));
    block.querySelector('.choices').replaceChildren(...offered, ...others);
    const more = block.querySelector('select');
    more.dataset.group = node.group;
    more.dataset.without = JSON.stringify(node.choices.map(one => one.name));
    fill(more);
    more.closest('label').hidden = more.length < 2;
  };
  const ask = () => {                                        // questions follow each other as answers are given
    if (!plan) return;
    let node = plan, n = 0, last;
    for (; node && n < blocks.length; n++) {
      put(blocks[n], node);
      last = answers.get(node.group);
      node = last === undefined ? null : node.next[last];
    }
    blocks.forEach((block, i) => { block.hidden = i >= n; });
    document.getElementById('then').textContent = last === undefined ? '' : node === null
      ? 'No other answer would help.' : 'Save and apply these answers; what is worth asking then, the terminal asks.';
  };

  const show = () => {
    ask();
    for (const control of controls()) {
      const answer = answers.get(control.dataset.group);
      if (control.type === 'radio') control.checked = control.value === answer;
      else control.value = [...control.options].some(option => option.value === answer) ? answer : '';
    }
    for (const cell of document.querySelectorAll('[data-yours]')) {
      const answer = answers.get(cell.dataset.yours);
      cell.textContent = answer === undefined ? '' : answer === cell.dataset.yours ? 'right' : answer;
    }
    const told = [...answers].map(([group, name]) => group === name ? `${group} is right` : `${group}: ${name}`);
    const count = told.length === 1 ? '1 answer' : `${told.length} answers`;
    said.textContent = told.length ? `${count}. ${told.slice(0, 4).join('; ')}${told.length > 4 ? '; …' : ''}`
                                   : 'No answer yet. Choose what a group of images shows, then save.';
    save.disabled = clear.disabled = !told.length;
  };
  const tell = (group, name) => {
    if (name) answers.set(group, name); else answers.delete(group);
    show();
  };
  document.addEventListener('change', event => {
    if (event.target.dataset.group) tell(event.target.dataset.group, event.target.value);
  });

  save.addEventListener('click', () => {
    const told = [...answers].map(([group, name]) => ({group, name}));
    const text = JSON.stringify({format: 1, made: new Date().toISOString(), model: page.model || null, answers: told}, null, 1);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type: 'application/json'}));
    link.download = 'names.json';
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    said.textContent = `Saved names.json. To apply it: ${page.apply}`;
  });
  clear.addEventListener('click', () => { answers.clear(); show(); });

  const copy = async (code, button) => {
    try { await navigator.clipboard.writeText(code.textContent); }
    catch {
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  };
  for (const code of document.querySelectorAll('.command code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy the command: ${code.textContent}`);
    button.addEventListener('click', () => copy(code, button));
    code.after(button);
  }

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') target.open = true;
  };
  addEventListener('hashchange', open);
  open();

  const find = document.getElementById('find'), found = document.getElementById('found');
  if (find) find.addEventListener('input', () => {
    const text = find.value.trim().toLowerCase();
    let n = 0;
    for (const name of document.querySelectorAll('.name')) {
      name.hidden = !name.dataset.name.toLowerCase().includes(text);
      n += !name.hidden;
    }
    found.textContent = text ? `${n} of ${names.length} names` : '';
  });

  for (const control of controls())                          // what the browser kept over a reload
    if (control.type === 'radio' ? control.checked : control.value) answers.set(control.dataset.group, control.value);
  show();
})();
