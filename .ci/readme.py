"Write README.md from nbs/index.ipynb; with `--check`, only say whether it is up to date."
import os, re, sys
from pathlib import Path

import nbformat
from execnb.nbio import nb2str, read_nb
from nbconvert import MarkdownExporter
from nbdev.process import NBProcessor
from nbdev.processors import clean_magics, filter_stream_, hide_, hide_line, rm_export, rm_header_dash, strip_ansi

os.chdir(Path(__file__).resolve().parent.parent)
src, dest, figs = Path('nbs/index.ipynb'), Path('README.md'), Path('nbs/images')
note = '<!-- Made from nbs/index.ipynb by `make readme`: edit the notebook. -->\n'

def alternatives(cells):
    "What the figures show, in words, in their order: the texts of `fig-alt`"
    found = (re.search(r'^#\| fig-alt: "(.*)"$', c.source, re.M) for c in cells if c.cell_type == 'code' and c.source)
    return [m[1] for m in found if m]

def cells():
    "The notebook, as nbdev's directives and Quarto's `echo`, `output` and `include` want it shown"
    proc = NBProcessor(src, [strip_ansi, hide_line, filter_stream_, rm_header_dash, rm_export, clean_magics, hide_])
    proc.process()
    for c in proc.nb.cells:
        off = {k.rstrip(':') for k, v in c.directives_.items() if v[:1] == ['false']}
        if 'include' in off: c.source = None
        if c.cell_type != 'code' or c.source is None: continue
        c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M).strip()
        if 'output' in off: c.outputs = []
        if 'echo' in off or not c.source: c.metadata['transient'] = {'remove_source': True}
    proc.nb.metadata['language_info'] = {'name': 'python'}  # for the code fences; nbdev_clean drops it
    proc.nb.cells = [c for c in proc.nb.cells if c.source is not None]
    return nbformat.reads(nb2str(proc.nb), as_version=4)

def from_root(m):
    "A link relative to nbs/, made relative to the root where such a file is"
    path, hash_, part = m[2].partition('#')
    new = os.path.normpath(f'nbs/{path}')
    return f'{m[1]}{new}{hash_}{part}' if path and Path(new).exists() else m[0]

def render():
    "Markdown text, and the figures it shows as {path: bytes}"
    text, res = MarkdownExporter().from_notebook_node(cells(), {'unique_key': 'readme', 'output_files_dir': str(figs)})
    words = iter(alternatives(read_nb(src).cells))
    text = re.sub(r'!\[png\]', lambda m: f'![{next(words, "png")}]', text)
    text = re.sub(r'<style.*?</style>', '', text, flags=re.S)
    text = re.sub(r'(\]\(|src=")([^)"\s]+)', from_root, text)
    text = re.sub(r'[ \t]+$', '', text, flags=re.M)
    return note + re.sub(r'\n{3,}', '\n\n', text).strip() + '\n', {Path(k): v for k, v in res['outputs'].items()}

def stale(text, pics):
    "Files that differ from the rendering"
    want = {dest: text.encode(), **pics}
    return [p for p, v in want.items() if not p.exists() or p.read_bytes() != v] + sorted(set(figs.glob('readme_*')) - set(pics))

if __name__ == '__main__':
    text, pics = render()
    old = stale(text, pics)
    if sys.argv[1:] == ['--check']:
        sys.exit(f"not what {src} renders to: {' '.join(map(str, old))}; run `make readme`" if old else 0)
    for p in old: p.unlink(missing_ok=True)
    for p, v in {dest: text.encode(), **pics}.items():
        p.parent.mkdir(exist_ok=True)
        p.write_bytes(v)
