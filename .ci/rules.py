"""The rules of the house, read off the notebooks: `python .ci/rules.py [NOTEBOOK...]` prints every breach and exits with 1 if there is one.

Code has at most 120 columns; a function at most 8 parameters; an exported cell at most 30 lines; names of one or two letters are
symbols of the table in `nbs/00_start/90_architecture.ipynb`; nothing imports upwards; links, anchors and mentions of notebooks resolve."""
import ast, json, re, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
COLUMNS, PARAMETERS, LINES = 120, 8, 30

# The floors, from the ground up: a module imports only from floors below its own, or earlier on its own line.
FLOORS = ['core', 'images', 'toys.doodles toys.leaves',
          'datasets.formats datasets.scales datasets.fundus datasets.imagenet10 datasets.download datasets.registry',
          'features.augment features.backbone features.checkpoints features.contrastive features.patches features.pretrain features.extract',
          'names.vectors names.geometry names.prior toys.worlds',
          'naming.transport naming.cluster naming.match naming.assignment naming.consensus naming.certificate',
          'evaluate.scores evaluate.ordinal evaluate.probes', 'fit', 'model_files', 'classifier',
          'experiments.baselines experiments.compare experiments.tables experiments.demo '
          'experiments.bench_transport experiments.bench_pretrain experiments.bench_naming', 'cli', 'cli_research']

# The exceptions, all of them: (rule, what it is about, why)
EXCEPTIONS = {
    ('parameters', 'ZeroLabelClassifier.__init__'): 'an estimator stores its settings, as scikit-learn has it',
    ('parameters', 'pretrain'): 'one call that stands for a command',
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
            if len(line) > COLUMNS: yield 'columns', f'cell {i}', f'{len(line)} columns: {line.strip()[:60]}...'
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

def anchors(path):
    "Anchors of a page: its headings as Quarto writes them"
    heads = [h for k, t in cells(path) if k == 'markdown' for h in re.findall(r'^#+ (.+)$', t, re.M)]
    return {re.sub(r'[^\w\- ]', '', re.sub(r'[`*]', '', h)).strip().lower().replace(' ', '-') for h in heads}

def link_breaches(path, nb):
    "Relative links and anchors that lead nowhere, and notebooks that are mentioned by number"
    for i, (kind, text) in enumerate(nb):
        if kind != 'markdown': continue
        plain = re.sub(r'`[^`\n]*`', '', re.sub(r'```.*?```', '', text, flags=re.S))
        for target in re.findall(r'\]\(([^)\s]+)\)', plain):
            if re.match(r'\w+:', target): continue
            file, _, anchor = target.partition('#')
            to = (path.parent/file).resolve() if file else path
            if not to.exists(): yield 'links', f'cell {i}', f'{target} leads nowhere'
            elif anchor and to.suffix == '.ipynb' and anchor not in anchors(to): yield 'links', f'cell {i}', f'{target}: no such heading'
        for m in re.findall(r'\bnotebooks? \d\d\w?\b', plain): yield 'links', f'cell {i}', f'{m!r} should be a link'

def excepted(rule, what, message):
    "Whether it is one of the exceptions"
    return (rule, what) in EXCEPTIONS or rule == 'parameters' and ('parameters', what.split('.')[-1]) in EXCEPTIONS

def breaches(path, known):
    nb = cells(path)
    found = [*code_breaches(nb, known), *import_breaches(nb), *link_breaches(path, nb)]
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
    public = [n.name for t in trees for n in t.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith('_') and not n.decorator_list]
    at = lambda v, q: v[min(len(v)-1, int(q*len(v)))]
    return (f"exported lines {len(lines)}; over {COLUMNS} columns {sum(len(l) > COLUMNS for l in lines)/len(lines):.1%}; parallel assignments "
            f"{len(side)/len(assigns):.1%}; parameters p90 {at(params, .9)} max {params[-1]}; exported cell median {at(sizes, .5)} max {sizes[-1]}; public functions and classes {len(public)}")

def main(paths):
    known = symbols()
    found = [b for p in (map(Path.resolve, map(Path, paths)) if paths else notebooks()) for b in breaches(p, known)]
    print('\n'.join(found))
    print(figures() if not paths else f'{len(found)} breaches')
    return int(bool(found))

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))
