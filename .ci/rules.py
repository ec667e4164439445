"""The rules of the house, read off the notebooks: `python .ci/rules.py [NOTEBOOK...]` prints every breach and exits with 1 if there is one.

Code has at most 120 columns; a function at most 8 parameters; an exported cell at most 30 lines, a notebook at most 60 cells; names of
one or two letters are symbols of the table in `nbs/00_start/90_architecture.ipynb`; nothing imports upwards; links, anchors and mentions of
notebooks resolve, in README.md and CONTRIBUTING.md too, and so do names such as `names.prior.make_prior`; a figure says in words what it shows; the site's sidebar lists every notebook."""
import ast, json, re, sys
from fnmatch import fnmatch
from pathlib import Path

root = Path(__file__).resolve().parent.parent
COLUMNS, PARAMETERS, LINES, CELLS = 120, 8, 30, 60

# The floors, from the ground up: a module imports only from floors below its own, or earlier on its own line.
FLOORS = ['core', 'provenance', 'streams', 'walk', 'survey', 'decode', 'images', 'held', 'containers', 'toys.doodles toys.leaves',
          'datasets.formats datasets.scales datasets.fundus datasets.imagenet10 datasets.download datasets.registry',
          'features.published features.settings features.batches features.augment features.backbone features.foreign features.checkpoints features.contrastive features.patches features.course features.pretrain features.extract features.mapped features.processes',
          'names.sources names.vectors names.geometry names.prior toys.worlds',
          'naming.transport naming.cluster naming.rows naming.match naming.spectral naming.assignment naming.sizes naming.shares naming.sharpen naming.consensus naming.present naming.certificate naming.hints',
          'evaluate.scores evaluate.ordinal evaluate.probes',
          'fit memory model_files export classifier look renaming hinting advice report streaming',
          'experiments.baselines.clusters experiments.baselines.views experiments.baselines.heads experiments.baselines.frozen experiments.baselines.scales experiments.baselines.rows experiments.compare experiments.answers experiments.tables experiments.demo '
          'experiments.bench_transport experiments.bench_pretrain experiments.bench_reach experiments.bench_naming experiments.bench_certificate experiments.bench_scale',
          'cli cli_names cli_vectors cli_report cli_research', 'start']

# The exceptions, all of them: (rule, what it is about, why)
EXCEPTIONS = {
    ('parameters', 'ZeroLabelClassifier.__init__'): 'an estimator stores its settings, as scikit-learn has it',
    ('parameters', 'pretrain'): 'one call that stands for a command',
    ('parameters', '*_command'): 'parameters of a command are its options',
    ('short name', 'classifier'): 'X and y, as scikit-learn has it',
    ('short name', 'containers'): 'X, as scikit-learn has it',
    ('short name', 'hinting'): 'X, as scikit-learn has it',
    ('short name', 'look'): 'X and y, as scikit-learn has it',
    ('short name', 'report'): 'X, as scikit-learn has it',
    ('short name', 'toys.doodles'): 'coordinates of drawings: x, y, r, w, h',
    ('short name', 'toys.leaves'): 'coordinates of drawings: x, y, r, w, h',
}
MODULE_NAMES = {'np', 'pd', 'os', 're', 'nn', 'F', 'io', '_'}

def cells(path):
    "(kind, text) of every cell"
    return [(c['cell_type'], ''.join(c['source'])) for c in json.loads(path.read_text(encoding='utf-8'))['cells']]

def notebooks():
    return sorted(p for p in (root/'nbs').rglob('*.ipynb') if not any(o[0] in '_.' for o in p.relative_to(root/'nbs').parts))

def symbols():
    "Letters of the table of symbols"
    page = root/'nbs/00_start/90_architecture.ipynb'
    text = '\n'.join(t for k, t in cells(page) if k == 'markdown')
    table = text.partition('## Symbols')[2]
    return {s for row in re.findall(r'^\|([^|]+)\|', table, re.M) for s in re.findall(r'`(\w+)`', row)}

def exported(text): return bool(re.search(r'^#\|\s*exports?\b', text, re.M))
def module_of(nb): return next((m[1] for _, t in nb if (m := re.search(r'^#\|\s*default_exp\s+(\S+)', t, re.M))), None)
def tree(text):
    try: return ast.parse(re.sub(r'^[%!].*', '', text, flags=re.M))
    except SyntaxError: return None

def bound_names(node):
    "(name, line) of every parameter and assignment, without those of comprehensions and lambdas"
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)): continue
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store): yield child.id, child.lineno
        if isinstance(child, ast.arg): yield child.arg, child.lineno
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)): yield child.name, child.lineno
        if isinstance(child, ast.ExceptHandler) and child.name: yield child.name, child.lineno
        yield from bound_names(child)

def functions(node, prefix=''):
    "(qualified name, arguments) of every function"
    for child in ast.iter_child_nodes(node):
        name = f"{prefix}{getattr(child, 'name', '')}"
        if isinstance(child, ast.FunctionDef): yield name, child.args
        yield from functions(child, f'{name}.' if isinstance(child, ast.ClassDef) else prefix)

def n_parameters(args):
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return len([a for a in every if a.arg not in ('self', 'cls')])

def code_breaches(nb, known):
    "(rule, what, message) of the code of one notebook"
    mod = module_of(nb)
    for i, (kind, text) in enumerate(nb):
        if kind != 'code': continue
        for line in text.splitlines():
            if len(line) > COLUMNS and not line.startswith('#| fig-alt: '): yield 'columns', f'cell {i}', f'{len(line)} columns: {line.strip()[:60]}...'
        if not exported(text) or (t := tree(text)) is None: continue
        body = [l for l in text.splitlines() if not l.startswith('#|')]
        if len(body) > LINES: yield 'lines', f'cell {i}', f'an exported cell of {len(body)} lines: {body[0][:60]}'
        for name, args in functions(t):
            if n_parameters(args) > PARAMETERS: yield 'parameters', name, f'{name} has {n_parameters(args)} parameters'
        for name, line in bound_names(t):
            bare = name.strip('_')
            if len(bare) <= 2 and bare not in known|MODULE_NAMES and name != '_': yield 'short name', mod, f'cell {i}, line {line}: {name!r} is not in the table of symbols'

def floor_of(mod): return next(((i, f.split().index(mod)) for i, f in enumerate(FLOORS) if mod in f.split()), None)

def import_breaches(nb):
    "Imports that go upwards"
    mod = module_of(nb)
    if not mod: return
    if floor_of(mod) is None: yield 'floors', mod, f'{mod} has no floor in FLOORS'; return
    for kind, text in nb:
        if kind != 'code' or not exported(text): continue
        for other in re.findall(r'from zeroshot_nb\.([\w.]+) import', text):
            there = floor_of(other)
            if there is None: yield 'floors', mod, f'imports {other}, which has no floor'
            elif there >= floor_of(mod): yield 'floors', mod, f'{mod} imports upwards from {other}'

def figure_breaches(path):
    "Figures without words for those who cannot see them"
    for i, c in enumerate(json.loads(path.read_text(encoding='utf-8'))['cells']):
        if not any('image/png' in o.get('data', {}) for o in c.get('outputs', [])): continue
        if '#| fig-alt: ' not in ''.join(c['source']): yield 'fig-alt', f'cell {i}', 'a figure without a line `#| fig-alt: "What it shows"`'

def slug(heading): return re.sub(r'[^\w\- ]', '', re.sub(r'[`*]', '', heading)).strip().lower().replace(' ', '-')
def anchors(path):
    "Anchors of a page: its headings as Quarto and GitHub write them"
    texts = [t for k, t in cells(path) if k == 'markdown'] if path.suffix == '.ipynb' else [path.read_text(encoding='utf-8')]
    return {slug(h) for t in texts for h in re.findall(r'^#+ (.+)$', re.sub(r'```.*?```', '', t, flags=re.S), re.M)}

def mentions(text): return re.findall(r'\bnotebooks? \d\d\w?\b', text)

def link_breaches(path, nb):
    "Relative links and anchors that lead nowhere, and notebooks that are mentioned by number"
    for i, (kind, text) in enumerate(nb):
        if kind != 'markdown':
            for m in mentions(text): yield 'links', f'cell {i}', f'{m!r}: say what it is called'
            continue
        plain = re.sub(r'`[^`\n]*`', '', re.sub(r'```.*?```', '', text, flags=re.S))
        for target in re.findall(r'\]\(([^)\s]+)\)', plain):
            if re.match(r'\w+:', target): continue
            file, _, anchor = target.partition('#')
            to = (path.parent/file).resolve() if file else path
            if not to.exists(): yield 'links', f'cell {i}', f'{target} leads nowhere'
            elif anchor and to.suffix in ('.ipynb', '.md') and anchor not in anchors(to): yield 'links', f'cell {i}', f'{target}: no such heading'
        for m in mentions(plain): yield 'links', f'cell {i}', f'{m!r} should be a link'

def defined(mod):
    "Top-level names of a module, as its file has them"
    file = root/'zeroshot_nb'/f"{mod.replace('.', '/')}.py"
    body = ast.parse(file.read_text(encoding='utf-8')).body if file.exists() else []
    bound = [t for n in body if isinstance(n, (ast.Assign, ast.AnnAssign)) for t in ast.walk(n) if isinstance(t, ast.Name)]
    return {n.name for n in body if hasattr(n, 'name')} | {t.id for t in bound}

def name_breaches(nb):
    "Names such as `names.prior.make_prior` in texts that no module has"
    modules = {m for f in FLOORS for m in f.split()}
    for i, (kind, text) in enumerate(nb):
        if kind != 'markdown': continue
        for mod, name in re.findall(r'`([\w.]+)\.(\w+)`', text):
            if mod in modules and f'{mod}.{name}' not in modules and name not in defined(mod): yield 'names', f'cell {i}', f'no {name} in {mod}'

def page_breaches():
    "Faults of the texts beside the notebooks, and of the sidebar"
    for page in map(root.joinpath, ('README.md', 'CONTRIBUTING.md')):
        for _, what, message in link_breaches(page, [('markdown', page.read_text(encoding='utf-8'))]): yield f'{page.name}: links: {message}'
    for m in (m for f in FLOORS for m in f.split()):
        if not (root/'zeroshot_nb'/f"{m.replace('.', '/')}.py").exists(): yield f'.ci/rules.py: FLOORS has {m}, and there is no such module'
    listed = re.findall(r'[\w/]+\.ipynb', (root/'nbs/sidebar.yml').read_text(encoding='utf-8'))
    there = [str(p.relative_to(root/'nbs')) for p in notebooks()]
    for p in sorted(set(there) ^ set(listed)): yield f'nbs/sidebar.yml: {p} is {"not listed" if p in there else "listed and not there"}'

def excepted(rule, what, message):
    "Whether it is one of the exceptions"
    names = {str(what), str(what).split('.')[-1]} if rule == 'parameters' else {str(what)}
    return any(rule == r and fnmatch(n, pattern) for r, pattern in EXCEPTIONS for n in names)

def breaches(path, known):
    nb = cells(path)
    found = [*code_breaches(nb, known), *import_breaches(nb), *link_breaches(path, nb), *name_breaches(nb), *figure_breaches(path)]
    if len(nb) > CELLS: found.append(('cells', 'all', f'{len(nb)} cells'))
    return [f'{path.relative_to(root)}: {rule}, {what}: {message}' for rule, what, message in found if not excepted(rule, what, message)]

def figures():
    "What is measured and not judged"
    code = [t for p in notebooks() for k, t in cells(p) if k == 'code' and exported(t)]
    trees = [t for c in code if (t := tree(c)) is not None]
    lines = [l for c in code for l in c.splitlines()]
    nodes = [n for t in trees for n in ast.walk(t)]
    assigns = [n for n in nodes if isinstance(n, ast.Assign)]
    side = [n for n in assigns if isinstance(n.targets[0], ast.Tuple) and isinstance(n.value, ast.Tuple)]
    params = sorted(n_parameters(n.args) for n in nodes if isinstance(n, ast.FunctionDef))
    sizes = sorted(len([l for l in c.splitlines() if not l.startswith('#|')]) for c in code)
    each = [[k for k, _ in cells(p)] for p in notebooks()]
    sizes_nb = sorted(map(len, each))
    public = [n.name for t in trees for n in t.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith('_') and not n.decorator_list]
    at = lambda v, q: v[min(len(v)-1, int(q*len(v)))]
    prose = sum(k.count('markdown') for k in each)/sum(k.count('code') for k in each)
    return (f"notebooks {len(each)}, cells median {at(sizes_nb, .5)} max {sizes_nb[-1]}, text to code {prose:.2f}; exported lines {len(lines)}; over {COLUMNS} columns {sum(len(l) > COLUMNS for l in lines)/len(lines):.1%}; parallel assignments "
            f"{len(side)/len(assigns):.1%}; parameters p90 {at(params, .9)} max {params[-1]}; exported cell median {at(sizes, .5)} max {sizes[-1]}; public functions and classes {len(public)}")

def main(paths):
    known = symbols()
    found = [b for p in (map(Path.resolve, map(Path, paths)) if paths else notebooks()) for b in breaches(p, known)]
    if not paths: found += page_breaches()
    if found: print('\n'.join(found))
    print(figures() if not paths else f'{len(found)} breaches')
    return int(bool(found))

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))
