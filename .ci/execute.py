"Run notebooks from the top and store their outputs: execute.py [NOTEBOOK...]; SLOW=1 runs the cells flagged `slow` too. A notebook that fails is left as it was."
import os, subprocess, sys, tempfile, warnings
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
os.environ['IN_TEST'] = '1'
os.environ.setdefault('OMP_NUM_THREADS', '1')  # as in the tests, so that sums come out the same

warnings.filterwarnings('ignore', message='.*torch.jit.script.*')  # fastai's imports raise it

from execnb.nbio import nb2str, read_nb, write_nb
from execnb.shell import CaptureShell
from fastcore.xtras import working_directory
from nbdev.clean import nbdev_clean
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.frontmatter import FrontmatterProc
from nbdev.process import NBProcessor, extract_directives

def left_out():
    "Flags of cells that are not run"
    return set(get_config().tst_flags.split()) - ({'slow'} if os.environ.get('SLOW') else set())

def skip(cell):
    "Leave out what `nbdev_test` leaves out, with the outputs it has; clear the rest, since a silent cell keeps its old ones"
    if cell.cell_type != 'code' or 'nbdev_export(' in cell.source: return True
    d = extract_directives(cell, remove=False)
    if d.get('eval:', [''])[0].lower() == 'false' or left_out() & d.keys(): return True
    cell.outputs = []

def execute(path):
    "Run the notebook at `path` in place; the exit status"
    if getattr(NBProcessor(path, FrontmatterProc, process=True).nb, 'frontmatter_', {}).get('skip_exec'): return 0
    nb, shell = read_nb(path), CaptureShell(path, mpl_format='png')
    try:
        with working_directory(path.parent): shell.run_all(nb, exc_stop=True, preproc=skip)
    except Exception: sys.exit(shell.prettytb(fname=path))
    write_nb(nb, path)
    nbdev_clean.__wrapped__(path)
    outs = nb2str([c.get('outputs', []) for c in nb.cells])
    bad = [o for o in (str(root), str(Path.home()), tempfile.gettempdir()) if o+'/' in outs]
    if bad: sys.exit(f"{path}: outputs show paths of this machine: {' '.join(bad)}; shorten or silence them")

if __name__ == '__main__':
    paths = [Path(o).resolve() for o in sys.argv[1:]]
    os.chdir(root)
    if len(paths) == 1: sys.exit(execute(paths[0]))
    failed = []
    for p in paths or nbglob(as_path=True).sorted():  # a fresh process each
        print(p, flush=True)
        if subprocess.run([sys.executable, __file__, str(p)]).returncode: failed.append(p.name)
    sys.exit(f"failed: {' '.join(failed)}" if failed else 0)
