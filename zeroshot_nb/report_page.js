(() => {
  'use strict';
  const page = document.body.dataset, answers = new Map(), controls = [...document.querySelectorAll('[data-group]')];
  const names = [...document.querySelectorAll('.name')].map(name => name.dataset.name);
  const bar = document.getElementById('bar'), said = document.getElementById('said');
  const save = document.getElementById('save'), clear = document.getElementById('clear');
  bar.hidden = false;

  const fill = select => {
    const more = select.dataset.more === 'true' ? new Set(JSON.parse(select.dataset.without)) : new Set();
    for (const name of [...names, ...(more.size ? [] : [page.none, page.mixture])])
      if (!more.has(name)) select.add(new Option(name, name));
  };
  document.querySelectorAll('select[data-group]').forEach(fill);

  const show = () => {
    for (const control of controls) {
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
  for (const control of controls) control.addEventListener('change', () => tell(control.dataset.group, control.value));

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

  for (const control of controls)                            // what the browser kept over a reload
    if (control.type === 'radio' ? control.checked : control.value) answers.set(control.dataset.group, control.value);
  show();
})();
