"""The drill: kills, full disks, signals, races, flipped bits and damaged inputs, on tiny inputs and without a network.

    python .ci/drill.py [--scale 0.1] [--seed 0] [--steady] [KIND...]

Prints tried, survived and lost by kind, and what was lost; exits with 1 if anything was. `--scale 1.0` is the full size: 300 kills, 100 full
disks, 100 signals, 100 races, 100 readings, 300 flipped bits, 500 damaged inputs. A try is a forked child of one warm process, which calls what a
command calls, or the command itself. Kills and signals come at a random operation on files or, every other time, at a random moment; with
`--steady` all of them come at operations, counted beforehand, so that nothing depends on the machine's speed: thus it is one of the checks.
Survived is: what was there before is there and whole, the same call ends well afterwards with what an undisturbed one makes, and nothing else is
left in the folder."""
import argparse, contextlib, fcntl, io, json, os, pickle, random, resource, shutil, signal, subprocess, sys, tempfile, threading, time
import traceback, warnings
from collections import Counter
from pathlib import Path

os.environ.setdefault('OMP_NUM_THREADS', '1')
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
warnings.filterwarnings('ignore')
import numpy as np, torch
from tqdm import tqdm
from zeroshot_nb import ZeroLabelClassifier
from zeroshot_nb.core import InputError
from zeroshot_nb.cli import main as command
from zeroshot_nb.datasets.registry import tree_dataset
from zeroshot_nb.experiments.tables import METHODS, TableSettings, _stage_one, read_table
from zeroshot_nb.features.backbone import Backbone
from zeroshot_nb.features.checkpoints import load_backbone, save_backbone
from zeroshot_nb.features.extract import extract_to, features_provenance, load_features
from zeroshot_nb.features.pretrain import finished, pretrain
from zeroshot_nb.model_files import model_tag, read_config, read_model
from zeroshot_nb.provenance import say_provenance
from zeroshot_nb.toys.doodles import DOODLES, write_doodles
torch.set_num_threads(1)
tqdm.monitor_interval = 0 # No thread beside the one that forks

NAMES = ['cat', 'dog', 'truck', 'ship']
TINY = dict(arch='resnet10', width=4, batch_size=8, epochs=2, save_minutes=0, device='cpu', progress=False)
QUICK = dict(naming='matching', n_init=2, cluster_steps=20, match_steps=20) # What is computed does not matter here
SHORT = [o for k, v in QUICK.items() for o in (f"--{k.replace('_', '-')}", v)]
METHODS.clear(); METHODS['ours'] = QUICK
TIMEOUT = 600 # Seconds until a try counts as stuck

def run(*args):
    "A command, in this process; bad input raises as a library's call does"
    try: command([str(o) for o in args])
    except SystemExit as e:
        if e.code == 2: raise InputError('exit code 2')
        if e.code: raise

# --- the world: inputs, and what can be made of them ---

class World:
    "Images, backbones, features, vectors and classifiers in a folder"
    def __init__(self, top):
        self.top, rng = top, np.random.default_rng(0)
        for split, n in (('train', 24), ('test', 8)): write_doodles(top/'tree'/split, n, seed=n)
        self.images = top/'tree/train'
        self.nets = [Backbone('resnet10', 4).eval() for _ in range(2)]
        for i, net in enumerate(self.nets): net.size = 32; save_backbone(net, top/f'b{i}.safetensors', size=32)
        V = rng.normal(size=(4, 12))
        vectors = lambda names, V: ''.join(f"{n} {' '.join(f'{v:.5f}' for v in r)}\n" for n, r in zip(names, V))
        (top/'v.txt').write_text(vectors(NAMES, V))
        (top/'doodles.txt').write_text(vectors(DOODLES, rng.normal(size=(len(DOODLES), 12))))
        x = np.repeat(V, 15, 0)+.3*rng.normal(size=(60, 12))
        np.savez(top/'f.npz', x=x.astype(np.float32), paths=np.array([f'{i}.png' for i in range(60)]))
        new = lambda i, **how: ZeroLabelClassifier(NAMES, {n: v for n, v in zip(NAMES, V)}, random_state=i, progress=False, device='cpu', **how)
        self.clfs = [new(i).fit((x+.01*i).astype(np.float32)) for i in range(2)]
        self.seeing = [new(i, backbone=self.nets[i], **QUICK).fit(self.images) for i in range(2)]
        for i in range(2): self.clfs[i].save(top/f'm{i}'); self.seeing[i].save(top/f'mi{i}')
        write_answers(top/'names.json', top/'m0')
        self.dataset = tree_dataset(self.top/'tree')
        self.settings = TableSettings(backbone=None, minutes=.01, device='cpu', progress=False)

def listed(folder): return sorted(str(p.relative_to(folder)) for p in folder.rglob('*') if p.is_file())
def leavings(names): return [n for n in names if n.split('/')[-1].startswith('.') or n.endswith(('.part', '.lock', '.part.json', '.ckpt', '.ckpt.json'))]

def model_in(folder):
    "What a model says and computes"
    if not (folder/'config.json').exists(): return None
    config, arrays, net = read_model(folder)
    weights = net and {k: v.numpy().tobytes() for k, v in net.state_dict().items()}
    return config['classes'], config['params']['random_state'], {k: v.tobytes() for k, v in arrays.items()}, weights

class Job:
    """What makes an output: `make(w, which, d)` makes it in a folder, `look(d)` says what is there (None: nothing) or raises, `tidy(d)` whether
    nothing else is. `before`: another such output is there already, that of `first`. `torn`: two files that change one after the other; between
    them, what is there is an error that names a file. `dear`: takes long, and is tried every fifth time. `goes_on`: what may stay for the next call."""
    before, first, torn, dear, goes_on = True, 0, False, False, ()
    def tidy(self, d): return not leavings(listed(d))

class Save(Job):
    "A model folder, which another is in already"
    name = 'save'
    def make(self, w, which, d): w.clfs[which].save(d/'model')
    def look(self, d): return model_in(d/'model')
    def tidy(self, d): return len(listed(d)) == 3

class Features(Job):
    "A features file that grows by two images, over another"
    name, torn, goes_on = 'features', True, ('.part', '.part.json')
    def make(self, w, which, d): extract_to(w.nets[which], w.images, d/'f.npy', batch_size=2, device='cpu', progress=False)
    def look(self, d):
        if not (d/'f.npy').exists(): return None
        x, paths = load_features(d/'f.npy')
        return x.tobytes(), paths
    def tidy(self, d): return listed(d) == ['f.files.jsonl', 'f.npy']

class Pretrain(Job):
    "A backbone and its log, again over those of the same run: those of another are refused"
    name, first, goes_on = 'pretrain', 1, ('.ckpt', '.ckpt.json')
    def make(self, w, which, d):
        how = [o for k, v in TINY.items() if k != 'progress' for o in (f"--{k.replace('_', '-')}", v)]
        run('pretrain', w.images, '--out', d/'b.safetensors', '--seed', which, *how)
    def look(self, d):
        if (log := finished(d/'b.safetensors')) is None: return None
        load_backbone(d/'b.safetensors')
        return log['settings']['seed'], len(log['history'])
    def tidy(self, d): return listed(d) == ['b.json', 'b.safetensors']

class Stage(Job):
    "The first step of `table`"
    name, before, goes_on = 'table, stage I', False, ('.ckpt', '.ckpt.json')
    def make(self, w, which, d):
        pile = w.dataset.read(w.top/'tree', 'train')
        net, said = _stage_one(w.dataset, pile, d, '', w.settings)
        assert 'epochs in' in said
    def look(self, d):
        files = list(d.glob('backbones/*.safetensors'))
        return None if not files or finished(files[0]) is None else finished(files[0])['settings']['seed']
    def tidy(self, d): return [n.split('.')[-1] for n in listed(d)] == ['json', 'safetensors']

class Table(Job):
    "A table with a given backbone, and again with another"
    name, goes_on = 'table', ('.part', '.part.json')
    def make(self, w, which, d):
        run('table', 'nominal', '--data', w.top, '--out', d/'t', '--seeds', 2, '--only', 'tree', '--classes', ','.join(DOODLES),
            '--vectors', w.top/'doodles.txt', '--backbone', w.top/f'b{which}.safetensors', '--device', 'cpu')
    def look(self, d):
        if not (d/'t/nominal.csv').exists(): return None
        return read_table(d/'t/nominal.csv')[['dataset', 'method', 'backbone', 'Z', 'H']].to_csv()

class Single(Job):
    "A command that writes one file"
    def __init__(self, name, file, *args, look=Path.read_bytes, **more): self.name, self.file, self.args, self.read = name, file, args, look; vars(self).update(more)
    def make(self, w, which, d): run(*[o(w, which, d) if callable(o) else o for o in self.args])
    def look(self, d): return self.read(d/self.file) if (d/self.file).exists() else None
    def tidy(self, d): return listed(d) == [self.file]

class Fit(Job):
    "A command that writes a model"
    def __init__(self, name, *args, n=3, **more): self.name, self.args, self.n = name, args, n; vars(self).update(more)
    def make(self, w, which, d): run(*[o(w, which, d) if callable(o) else o for o in self.args], '--out', d/'model')
    def look(self, d): return model_in(d/'model')
    def tidy(self, d): return len(listed(d)) == self.n and super().tidy(d)

class Unaided(Fit):
    "A fit that trains its backbone, for a moment; what it learns depends on the machine"
    def look(self, d):
        if (d/'model.backbone.safetensors').exists(): load_backbone(d/'model.backbone.safetensors')
        return (found := model_in(d/'model')) and found[:2]

class Rename(Job):
    "A model that is renamed where it stands"
    name = 'rename'
    def make(self, w, which, d):
        if not (d/'model').exists(): w.clfs[0].save(d/'model')
        if which and self.look(d) != model_in(w.top/'m0'): run('rename', d/'model', '--undo')   # it has been done
        if which: run('rename', d/'model', 'cat=dog', 'dog=cat')
    def look(self, d): return model_in(d/'model')
    def tidy(self, d): return len(listed(d)) == 3

class Ask(Fit):
    "A model that is asked about, two answers on standard input"
    def make(self, w, which, d):
        sys.stdin = io.StringIO(['m\ncat\ns\n', 'dog\nn\ns\n'][which])
        super().make(w, which, d)

class Answers(Job):
    "A model that follows the file of a report's page, where it stands"
    name = 'rename --from'
    def make(self, w, which, d):
        if self.look(d) != model_in(w.top/'m0'): w.clfs[0].save(d/'model')          # it is not there, or has been done
        if which: run('rename', d/'model', '--from', w.top/'names.json')
    def look(self, d): return model_in(d/'model')
    def tidy(self, d): return len(listed(d)) == 3

def write_answers(file, model):
    "What the page of a report saves"
    answers = [dict(group='cat', name='dog'), dict(group='truck', name='a mixture')]
    file.write_text(json.dumps(dict(format=1, made='2026-11-27', model=model_tag(read_config(model)), answers=answers)))

def of(name): return lambda w, which, d: w.top/name.format(which)
def seed(w, which, d): return which
def to(name): return lambda w, which, d: d/name
def images(w, which, d): return w.images
def arrays(file): return load_features(file)[0].tobytes()
def page(file):
    text = file.read_text()
    return text.rstrip().endswith('</html>'), [i for i in range(2) if f'/mi{i}' in text]

NAMED = ['--classes', ','.join(NAMES), '--vectors', of('v.txt'), '--seed', seed, '--device', 'cpu', *SHORT]
JOBS = [
    Save(), Features(), Pretrain(), Stage(),
    Single('predict', 'n.csv', 'predict', of('m{}'), '--features', of('f.npz'), '--out', to('n.csv')),
    Single('features npz', 'f.npz', 'features', images, '--backbone', of('b{}.safetensors'), '--out', to('f.npz'), '--device', 'cpu', look=arrays, before=False),
    Fit('fit', 'fit', '--features', of('f.npz'), *NAMED),
    Fit('fit images', 'fit', images, '--backbone', of('b{}.safetensors'), *NAMED, n=4),
    Unaided('fit unaided', 'fit', images, '--minutes', .01, '--size', 8, *NAMED, n=6, first=1, goes_on=('.ckpt', '.ckpt.json')),
    Single('predict images', 'n.csv', 'predict', of('mi{}'), of('tree/test'), '--out', to('n.csv'), '--device', 'cpu'),
    Single('report', 'page/index.html', 'report', of('mi{}'), of('tree/test'), '--out', to('page'), '--device', 'cpu', look=page),
    Rename(), Answers(), Ask('ask', 'ask', of('m0'), '--features', of('f.npz')), Fit('hint', 'hint', of('m{}'), 'cat=3', '--features', of('f.npz')), Table(),
    Single('export', 'm.onnx', 'export', of('mi{}'), '--onnx', to('m.onnx'), '--device', 'cpu', dear=True)]
NPZ = next(job for job in JOBS if job.name == 'features npz')
try: import onnx, onnxruntime
except ImportError: JOBS = [job for job in JOBS if job.name != 'export']

def loaded(w, d):
    if (found := model_in(d/'model')) is None: raise InputError('no model')
    return found

def predicted(*what):
    "What `predict` says by the model in a folder"
    def read(w, d):
        out = w.top/f'{d.name}.csv'
        run('predict', d/'model', *[o(w, 0, d) for o in what], '--device', 'cpu', '--out', out)
        return out.read_text()
    return read

def reported(w, d):
    "The page of a model in a folder"
    run('report', d/'model', w.top/'tree/test', '--device', 'cpu', '--out', w.top/f'{d.name}-page')
    return (w.top/f'{d.name}-page/index.html').read_text().replace(d.name, '')

READERS = {'save': [('load', loaded)], 'rename': [('load', loaded)], 'fit': [('load', loaded)],
           'fit images': [('predict', predicted(of('tree/test'))), ('report', reported)],
           'features': [('load', lambda w, d: (load_features(d/'f.npy')[0].tobytes(), load_features(d/'f.npy')[1]))],
           'table': [('read', lambda w, d: Table().look(d))]}

# --- children ---

pipes = {} # Process -> (descriptor of what it says, log): a pipe, which no limit on files concerns

def child(job, log, before=lambda: None):
    "Fork; the child runs `job` and ends with 0, 2 (bad input), 3 (no room), 130 or 143 (a signal), or 1 and a traceback in `log`"
    said, out = os.pipe()
    fcntl.fcntl(said, 1031, 2**20) # F_SETPIPE_SZ
    if pid := os.fork():
        os.close(out)
        pipes[pid] = said, log
        return pid
    code = 1
    try: code = work(job, before, out)
    finally: os._exit(code)

def work(job, before, out):
    "What a child does; its exit code"
    code = 1
    try:
        os.dup2(out, 1); os.dup2(out, 2)
        sys.stdout, sys.stderr = (open(n, 'w', closefd=False) for n in (1, 2)) # as of a new process
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler) # ours may ignore it
        signal.alarm(TIMEOUT)
        tqdm.set_lock(threading.RLock()) # the usual one is shared with other processes: who is killed holding it would hold it for ever
        before()
        job()
        code = 0
    except InputError as e: print(e, flush=True); code = 2
    except SystemExit as e: code = e.code
    except OSError as e:
        print(f'OSError {e.errno} {e.filename}', flush=True)
        code = 3 if e.filename else 1
        if code == 1: traceback.print_exc()
    except KeyboardInterrupt: code = 130
    except BaseException: traceback.print_exc()
    with contextlib.suppress(Exception): sys.stdout.flush(); sys.stderr.flush()
    return code

def ended(pid):
    "The exit code of a child; negative: a signal"
    said, log = pipes.pop(pid)
    with open(said, 'rb') as f, open(log, 'ab') as g: g.write(f.read())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

_CHANGES = {'os.rename', 'os.remove', 'os.truncate', 'os.mkdir', 'os.rmdir', 'os.chmod', 'fcntl.flock', 'os.listdir', 'os.scandir'}

def at_each(act, reads=False):
    "Do something at each operation on files of this process: those that change one, or, with `reads`, all that open one"
    def hook(event, args):
        if event in _CHANGES or event == 'open' and (reads or isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)): act()
    sys.addaudithook(hook)

def at_operation(n, act, reads=False):
    "Do something at the `n`th operation"
    left = iter(range(n+1))
    def count():
        if next(left, None) == n: act()
    return lambda: at_each(count, reads)

def signalled(number): return lambda: os.kill(os.getpid(), number)

def limit_to(n):
    def f():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))
    return f

class Lost(Exception): pass

class Drill:
    def __init__(self, w, seed, steady):
        if steady: JOBS[:] = [job for job in JOBS if not job.dear]
        self.w, self.rng, self.steady, self.tried, self.lost, self.notes = w, random.Random(seed), steady, Counter(), Counter(), []
        self.expected, self.seconds, self.steps, self.sizes, self.begun = {}, {}, {}, {}, {}
        self.place = w.top

    def fresh(self): return Path(tempfile.mkdtemp(dir=self.place))

    def jobs(self, n, *without):
        "Jobs for `n` tries, in turn; those that take long every fifth time"
        usual, dear = ([j for j in JOBS if j.dear == kind and j.name not in without] for kind in (False, True))
        order = []
        while len(order) < n:
            order += usual
            if len(order)//len(usual) % 5 == 1: order += dear
        return order[:n]

    def counted(self, job, log, reads=False):
        "Run a job in a child; (its exit code, operations on files)"
        n, r, out = 0, *os.pipe()
        def note():
            nonlocal n
            n += 1
        def f():
            at_each(note, reads)
            try: job()
            finally: os.write(out, str(n).encode())
        code = ended(child(f, log))
        os.close(out)
        with open(r) as g: return code, int(g.read() or 0)

    def learn(self):
        "What undisturbed runs make, how long they take, and what is there before"
        for job in JOBS:
            d = self.fresh(); log = d.with_suffix('.log')
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                job.make(self.w, job.first, d)                              # in this process, whose children have then imported all
            if not job.before: shutil.rmtree(d); d.mkdir()
            else:
                self.expected[job.name, job.first] = job.look(d)
                self.begun[job.name] = shutil.copytree(d, self.fresh()/'before')
            t = time.time()
            self.steps[job.name] = self.ran(job, 1, d, log)
            self.seconds[job.name], self.expected[job.name, 1] = time.time()-t, job.look(d)
            self.sizes[job.name] = max(p.stat().st_size for p in d.rglob('*') if p.is_file())
            if not job.tidy(d): sys.exit(f'{job.name} leaves {listed(d)}')
            shutil.rmtree(d)
            if (job.name, 0) not in self.expected:
                d = self.fresh()
                self.ran(job, 0, d, log)
                self.expected[job.name, 0] = job.look(d)
                shutil.rmtree(d)

    def ran(self, job, which, d, log):
        code, n = self.counted(lambda: job.make(self.w, which, d), log)
        if code: sys.exit(f'{job.name} ends with {code}: {log.read_text()}')
        return n

    def attempt(self, kind, f):
        self.tried[kind] += 1
        try: f()
        except Lost as e:
            self.lost[kind] += 1; self.notes.append(f'{kind}: {e}')
            print('lost:', self.notes[-1].splitlines()[0], flush=True)          # also where the drill itself is cut off

    def whole(self, job, d, log, which=1, codes=(), after=lambda: None):
        "Check what a disturbed run left, then that the same call ends well"
        try: there = job.look(d)
        except InputError as e:
            if not job.torn: raise Lost(f'{job.name}: what is there cannot be read: {e}; {listed(d)}')
            there = self.expected[job.name, which]
        except Exception as e: raise Lost(f'{job.name}: what is there cannot be read: {type(e).__name__} {e}; {listed(d)}')
        known = [self.expected[job.name, i] for i in {job.first, 1}]+[None]*(not job.before)
        said = log.read_text()[-600:] if log.exists() else ''
        if there not in known: raise Lost(f'{job.name}: something else is there; {listed(d)}')
        if codes and codes[0] not in codes[1:]: raise Lost(f'{job.name}: code {codes[0]}: {said}')
        if 'Traceback' in said or 'fault of this program' in said: raise Lost(f'{job.name}: {said}')
        after()
        log.unlink(missing_ok=True)
        code = ended(child(lambda: job.make(self.w, which, d), log))
        if code: raise Lost(f'{job.name}: stuck with code {code}: {log.read_text()[-600:]}')
        if job.look(d) != self.expected[job.name, which]: raise Lost(f'{job.name}: another result afterwards')
        if not job.tidy(d): raise Lost(f'{job.name}: left behind {listed(d)}')
        shutil.rmtree(d); log.unlink(missing_ok=True)

    def begin(self, job):
        d = self.fresh(); log = self.w.top/f'{d.name}.log'
        if job.before: shutil.copytree(self.begun[job.name], d, dirs_exist_ok=True)
        return d, log

    def disturb(self, job, d, log, number, i):
        "Run a job that gets a signal at a random operation on files, or at a random moment; its exit code"
        f = lambda: job.make(self.w, 1, d)
        if self.steady or i % 2: return ended(child(f, log, at_operation(self.rng.randrange(self.steps[job.name]), signalled(number))))
        pid = child(f, log)
        time.sleep(self.rng.uniform(0, 1.05*self.seconds[job.name]))
        os.kill(pid, number)
        return ended(pid)

    # --- kinds ---

    def kills(self, n):
        for i, job in enumerate(self.jobs(n)):
            d, log = self.begin(job)
            def f():
                self.disturb(job, d, log, signal.SIGKILL, i//len(JOBS))
                self.whole(job, d, log)
            self.attempt(f'kill {job.name}', f)

    def disks(self, n):
        small = self.w.top/'small'
        small.mkdir(exist_ok=True)
        real = not self.steady and os.geteuid() == 0 and \
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', str(small)], capture_output=True).returncode == 0
        try:
            for i, job in enumerate(self.jobs(n)):
                full = real and i//len(JOBS) % 2
                self.place = small if full else self.w.top
                d, log = self.begin(job)
                room = int(self.rng.uniform(0, 1.2)*self.sizes[job.name])
                def f():
                    if full:
                        free = os.statvfs(small); free = free.f_bavail*free.f_frsize
                        (small/'filler').write_bytes(bytes(max(0, free-room)))
                    code = ended(child(lambda: job.make(self.w, 1, d), log, (lambda: None) if full else limit_to(room)))
                    (small/'filler').unlink(missing_ok=True)
                    if code in (2, 3) and str(d) not in (said := log.read_text()): raise Lost(f'{job.name}: the file is not named: {said[-300:]}')
                    self.whole(job, d, log, 1, (code, 0, 2, 3))
                self.attempt('full disk (tmpfs)' if full else 'full disk (limit)', f)
                (small/'filler').unlink(missing_ok=True)
                shutil.rmtree(d, ignore_errors=True)
        finally:
            self.place = self.w.top
            if real: subprocess.run(['umount', str(small)])

    def signals(self, n):
        numbers = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
        for i, job in enumerate(self.jobs(n, 'ask')):                               # which keeps the answers so far
            number = numbers[(i+i//len(JOBS)) % 3]
            d, log = self.begin(job)
            def nothing_left():
                left = [n for n in leavings(listed(d)) if not n.endswith(job.goes_on or ('/',)) or n.split('/')[-1].startswith('.')]
                if left: raise Lost(f'{job.name}: left behind {left}')
            def f():
                code = self.disturb(job, d, log, number, i//len(JOBS))
                of_library = type(job) in (Save, Features, Stage)
                self.whole(job, d, log, 1, (code, 0, 128+number, *([-number, 130] if of_library else [])),
                           after=(lambda: None) if code < 0 else nothing_left)
            self.attempt(f'signal {number.name}', f)

    def races(self, n):
        for i, job in enumerate(self.jobs(n, 'table, stage I', 'fit unaided', 'rename', 'rename --from')):
            d = self.fresh(); log = d.with_suffix('.log')
            def f():
                r, wr = os.pipe()
                pids = []
                for which in range(2):
                    def ready(): os.close(wr); os.read(r, 1); time.sleep(self.rng.choice([0, 0, .002, .02])*which)
                    pids.append(child(lambda: job.make(self.w, which, d), log.with_suffix(f'.{which}'), ready))
                os.close(wr); os.close(r)
                codes = [ended(pid) for pid in pids]
                said = ' | '.join(log.with_suffix(f'.{i}').read_text()[-300:] for i in range(2))
                good = [i for i in range(2) if codes[i] == 0]
                if not good or set(codes)-{0, 2}: raise Lost(f'{job.name}: codes {codes}: {said}')
                if job.look(d) not in [self.expected[job.name, i] for i in good]: raise Lost(f'{job.name}: corrupt, codes {codes}; {listed(d)}')
                if not job.tidy(d): raise Lost(f'{job.name}: left behind {listed(d)}')
                shutil.rmtree(d)
            self.attempt('race', f)

    def readings(self, n):
        "One reads while another writes: a writer stops at an operation and is read, or a reader stops and is written under"
        pairs = [(job, reader) for job in JOBS for reader in READERS.get(job.name, ())]
        counts = {}
        for i in range(n):
            job, (name, read) = pairs[i % len(pairs)]
            d, log = self.begin(job)
            result = log.with_suffix('.found')
            def reader():
                found = read(self.w, d)
                result.write_bytes(pickle.dumps(found))
            def reading(before=lambda: None): return child(reader, log.with_suffix('.read'), before)
            if (job.name, name) not in counts: counts[job.name, name] = self.prepared(job, read)
            want, steps = counts[job.name, name]
            def f():
                here, there, back = os.pipe(), os.pipe(), None
                def stop(): os.write(here[1], b'.'); os.read(there[0], 1)
                write = lambda before=lambda: None: child(lambda: job.make(self.w, 1, d), log, before)
                first, second = (write, reading) if i//len(pairs) % 2 else (reading, write)
                at = self.rng.randrange(self.steps[job.name] if first is write else steps)
                def prepare():
                    os.close(here[0]); os.close(there[1])
                    at_operation(at, stop, first is reading)()
                pid = first(prepare)
                os.close(here[1]); os.close(there[0])
                os.read(here[0], 1)                                         # it stands, or has ended
                codes = [ended(second())]
                with contextlib.suppress(BrokenPipeError): os.write(there[1], b'.')
                codes.append(ended(pid))
                for o in (here[0], there[1]): os.close(o)
                if first is reading: codes.reverse()
                said = log.with_suffix('.read').read_text()[-400:]
                if codes[1]: raise Lost(f'{job.name}, read by {name}: the writer ends with {codes[1]}: {log.read_text()[-400:]}')
                if codes[0] == 0 and pickle.loads(result.read_bytes()) not in want: raise Lost(f'{job.name}, read by {name}: a mixture')
                if codes[0] not in (0, 2) or 'Traceback' in said: raise Lost(f'{job.name}, read by {name}: code {codes[0]}: {said}')
                if job.look(d) != self.expected[job.name, 1] or not job.tidy(d): raise Lost(f'{job.name}, read by {name}: another result; {listed(d)}')
                shutil.rmtree(d)
            self.attempt(f'reading', f)

    def prepared(self, job, read):
        "What a reader may find, and how many operations it takes"
        want = []
        for which in {job.first, 1}:
            d = self.fresh(); log = d.with_suffix('.log')
            if job.before and which == job.first: shutil.copytree(self.begun[job.name], d, dirs_exist_ok=True)
            else: self.ran(job, which, d, log)
            found = log.with_suffix('.found')
            code, n = self.counted(lambda: found.write_bytes(pickle.dumps(read(self.w, d))), log, True)
            if code: sys.exit(f'reading {job.name}: {log.read_text()}')
            want.append(pickle.loads(found.read_bytes()))
            shutil.rmtree(d)
        return want, n

    def checkpoint(self):
        d = self.fresh()
        for n in range(self.steps['pretrain']-1, 0, -1):
            ended(child(lambda: pretrain(self.w.images, d/'b.safetensors', seed=1, **TINY), d.with_suffix('.log'), at_operation(n, signalled(9))))
            if (d/'b.safetensors.ckpt').exists() and not (d/'b.safetensors').exists(): return d
            shutil.rmtree(d); d.mkdir()
        sys.exit('no checkpoint')

    def half(self):
        d = self.fresh()
        for n in range(30, 400, 7):
            ended(child(lambda: Features().make(self.w, 1, d), d.with_suffix('.log'), at_operation(n, signalled(9))))
            if (d/'f.npy.part.json').exists(): return d
            shutil.rmtree(d); d.mkdir()
        sys.exit('no half-finished features')

    def call(self, f):
        "('refused', text), ('made', value) or ('traceback', text); in this process, with a time limit"
        def late(*a): raise TimeoutError('stuck')
        signal.signal(signal.SIGALRM, late); signal.alarm(TIMEOUT)
        try:
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()): return 'made', f()
        except InputError as e: return ('traceback' if 'weights_only' in str(e) else 'refused'), str(e)
        except BaseException: return 'traceback', traceback.format_exc()[-900:]
        finally: signal.alarm(0)

    def readers(self):
        "(name, files, call) of everything that reads what may be damaged"
        w, d = self.w, self.fresh()
        net = ZeroLabelClassifier(NAMES, {n: np.eye(4)[i] for i, n in enumerate(NAMES)}, backbone=w.nets[0], device='cpu', progress=False)
        net.fit(w.images).save(d/'m')
        for job in (Features(), NPZ): ended(child(lambda: job.make(w, 1, d), d.with_suffix('.log')))
        save_backbone(w.nets[0], d/'b.safetensors', size=32)
        ckpt, half = self.checkpoint(), self.half()
        state = lambda: {k: v.numpy().tobytes() for k, v in load_backbone(d/'b.safetensors').state_dict().items()}
        def model():
            clf = ZeroLabelClassifier.load(d/'m')
            return clf.classes_.tolist(), clf.coef_.tobytes(), {k: v.numpy().tobytes() for k, v in clf.backbone_.state_dict().items()}, \
                str(clf.certificate_.to_dict()), clf.memory_.z.tobytes(), clf.predict(w.images).tolist(), corrected(clf)
        def corrected(clf):
            "What a person does with it"
            name = clf.classes_[0]
            clf = clf.with_answers([(name, name)]).rename([(name, name)]).undo_rename()
            return say_provenance(clf.provenance_), [q.to_dict() for q in clf.questions()], clf.classes_.tolist()
        def features(file):
            x, paths = load_features(file)
            return x.tobytes(), paths, say_provenance(features_provenance(file))
        def answered():
            run('rename', w.top/'m0', '--from', d/'names.json', '--out', d/'renamed')
            return ZeroLabelClassifier.load(d/'renamed').classes_.tolist()
        write_answers(d/'names.json', w.top/'m0')
        def resumed(kind, folder, names):
            copy = self.fresh()
            for name in names: shutil.copy(folder/name, copy/name)
            try:
                kind.make(w, 1, copy)
                return kind.look(copy)[:2] if kind.name == 'pretrain' else kind.look(copy)
            finally: shutil.rmtree(copy)
        grown = ['f.npy.part', 'f.npy.part.json', 'f.files.jsonl.part']
        yield 'model', sorted((d/'m').glob('*-*'))+[d/'m/config.json'], model
        yield 'backbone', [d/'b.safetensors'], state
        yield 'features', [d/'f.npy', d/'f.files.jsonl'], lambda: features(d/'f.npy')
        yield 'features npz', [d/'f.npz'], lambda: features(d/'f.npz')
        yield 'checkpoint', [ckpt/'b.safetensors.ckpt'], lambda: resumed(Pretrain(), ckpt, ['b.safetensors.ckpt'])
        yield 'half-finished', [half/n for n in grown], lambda: resumed(Features(), half, grown)
        yield 'answers', [d/'names.json'], answered

    def flips(self, n):
        for name, files, call in self.readers():
            want = self.call(call)
            if want[0] != 'made': sys.exit(f'{name}: {want}')
            for i in range(max(1, n//6)):
                file = files[i % len(files)]
                whole = file.read_bytes()
                bad = bytearray(whole)
                bit = self.rng.randrange(8*(min(len(bad), 600) if i//len(files) % 2 else len(bad)))     # half of them near the beginning
                if name == 'half-finished' and file.suffix == '.part': # what is beyond the note is cut off
                    counts = json.loads((file.parent/'f.npy.part.json').read_text())
                    end = counts['listed'] if 'jsonl' in file.name else 128+counts['rows']*self.w.nets[0].n_features*4
                    bit = self.rng.randrange(8*(0 if 'jsonl' in file.name else 128), 8*end)
                bad[bit//8] ^= 1 << bit%8
                file.write_bytes(bad)
                def f():
                    how, got = self.call(call)
                    if how == 'traceback': raise Lost(f'{file.name}, bit {bit}: {got}')
                    if how == 'made' and got != want[1]: raise Lost(f'{file.name}, bit {bit}: silent damage')
                self.attempt(f'flipped bit, {name}', f)
                file.write_bytes(whole)

    def contents(self, name, file, whole):
        "Damaged contents for a file, without end"
        rng = self.rng
        odd = [None, True, -1, 2**70, 'x', '', [], {}, [None], {'a': 'b'}, [[1, 2], [3]], 1.5]
        while True:
            kind = rng.randrange(4)
            if kind == 0: yield whole[:rng.randrange(len(whole))]
            elif kind == 1: yield rng.randbytes(rng.randrange(1, 3000))
            elif kind == 2:
                a = rng.randrange(len(whole)); yield whole[:a]+rng.randbytes(rng.randrange(1, 60))+whole[a+rng.randrange(60):]
            elif file.suffix == '.json' or 'jsonl' in file.name:
                lines = [whole] if file.suffix == '.json' else whole.splitlines()
                i = rng.randrange(len(lines))
                try: obj = json.loads(lines[i])
                except ValueError: continue
                if isinstance(obj, dict):
                    if rng.random() < .8: obj.pop('digest', None)                   # as older versions wrote it
                    if rng.random() < .8: obj.pop('sha256', None)
                    inner, key = obj, rng.choice(list(obj))
                    while rng.random() < .7 and (isinstance(inner[key], (dict, list)) and inner[key]): # somewhere inside
                        inner = inner[key]
                        key = rng.choice(list(inner)) if isinstance(inner, dict) else rng.randrange(len(inner))
                    if rng.random() < .2: del inner[key]
                    else: inner[key] = rng.choice(odd)
                    if rng.random() < .2 and isinstance(obj.get('classes'), list) and obj['classes']:
                        obj['classes'] = rng.choice([obj['classes'][:1]*len(obj['classes']), [None]*len(obj['classes']), obj['classes'][1:]])
                else: obj = rng.choice(odd)
                text = json.dumps(obj)
                if rng.random() < .1: text = '['*200_000
                lines[i] = text.encode()
                yield b'\n'.join(lines)+b'\n'
            elif file.suffix == '.ckpt':
                state = torch.load(io.BytesIO(whole[96:]), weights_only=True)
                key = rng.choice(list(state))
                state[key] = rng.choice(odd+[state, torch.ones(3), {'x': torch.ones(2)}, [torch.ones(1)]])
                if rng.random() < .2: state = rng.choice([None, [state], {}, {'model': state}, torch.ones(2), {1: 2}])
                out = io.BytesIO(); torch.save(state, out); yield out.getvalue()
            elif file.suffix == '.npz':
                out, x = io.BytesIO(), np.ones((24, self.w.nets[0].n_features), np.float32)
                paths = rng.choice([np.array([{}]*24, object), np.array([None]*24), np.arange(24), np.ones((3, 3)), np.array('a'), np.array([b'\xff']*24)])
                x = rng.choice([x, x[0], x[None], x.astype(object), x.astype(complex), np.array(['a']*24), x[:0]])
                made = rng.choice([1, 'x', [], dict(versions=3), dict(vectors=[1]), dict(backbone='x'), dict(features=dict(data=1)), dict(command=[1])])
                np.savez(out, x=x, paths=paths, **rng.choice([{}, dict(provenance=json.dumps(made))]))
                yield out.getvalue()
            elif file.suffix == '.npy':
                out = io.BytesIO(); x = np.ones((24, 8))
                np.save(out, rng.choice([x[0], x[None], x.astype(complex), np.array([['a']*4]*3), x.T]), allow_pickle=True); yield out.getvalue()
            elif file.suffix == '.safetensors':
                from safetensors.torch import save
                shapes = rng.choice([(4, 12), (12,), (2, 4, 12), (0,), (1, 1)])
                yield save({k: torch.ones(shapes) for k in rng.sample(['coef', 'intercept', 'mean', 'conv1.weight', 'memory.z'], 3)},
                           {rng.choice(['arch', 'size', 'patches', 'mean', 'args']): rng.choice(['resnet18', '-3', '{', '[1]', 'x'*5000])})

    def inputs(self, n):
        readers = list(self.readers())
        pickles = [pickle.dumps(o) for o in (dict(a=1), [1], Path('x'), print)]+[b'\x80\x02]q\x00(']
        nested = {}; nested['model'] = nested
        state = self.w.nets[0].state_dict()
        more = [nested, nested | dict(state_dict=state), {1: 2}, None, [state], {'conv1.weight': 3}, {'conv1.weight': torch.ones(3).to_sparse()},
                {k: v.to(torch.complex64) for k, v in state.items()}, {k: v[None] for k, v in state.items()}, {'state_dict': {'model': [1]}}, Path('x')]
        odd = self.fresh()/'o.pt'
        for i in range(n):
            name, files, call = readers[i % len(readers)]
            if i % 7 == 0:
                out = io.BytesIO(); torch.save(more[i//7 % len(more)], out)
                odd.write_bytes(pickles[i//14 % len(pickles)] if i % 14 else out.getvalue())
                name, files, call = '.pt', [odd], lambda: load_backbone(odd).state_dict().keys()
            file = files[i//len(readers) % len(files)]
            whole = file.read_bytes()
            if name != '.pt': file.write_bytes(next(self.contents(name, file, whole)))
            def f():
                how, got = self.call(call)
                if how == 'traceback':
                    keep = Path(tempfile.gettempdir())/f'drill-{name}-{i}{file.suffix}'
                    shutil.copy(file, keep)
                    raise Lost(f'{name} {file.name}, kept as {keep}: {got}')
            self.attempt(f'damaged {name}', f)
            file.write_bytes(whole)

SIZES = dict(kills=300, disks=100, signals=100, races=100, readings=100, flips=300, inputs=500)

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('kinds', nargs='*', help=f"of {', '.join(SIZES)}; default: all")
    p.add_argument('--scale', type=float, default=.1)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--steady', action='store_true', help='nothing depends on the speed of the machine')
    a = p.parse_args()
    if set(a.kinds)-set(SIZES): p.error(f"kinds: {', '.join(SIZES)}")
    start = time.time()
    with tempfile.TemporaryDirectory() as top:
        drill = Drill(World(Path(top)), a.seed, a.steady)
        drill.learn()
        print(f'undisturbed, after {time.time()-start:.0f} s:', flush=True)
        for k, v in drill.seconds.items(): print(f'   {k:16} {v:5.2f} s, {drill.steps[k]:3} operations on files', flush=True)
        for kind in a.kinds or SIZES:
            t = time.time()
            getattr(drill, kind)(max(1, round(a.scale*SIZES[kind])))
            print(f'{kind} took {time.time()-t:.0f} s', flush=True)
    print('\n'.join(drill.notes))
    print(f"{'kind':32} tried survived lost")
    for kind, n in sorted(drill.tried.items()): print(f'{kind:32} {n:5} {n-drill.lost[kind]:8} {drill.lost[kind]:4}')
    n, lost = sum(drill.tried.values()), sum(drill.lost.values())
    print(f"{'all':32} {n:5} {n-lost:8} {lost:4}   in {time.time()-start:.0f} s, scale {a.scale}, seed {a.seed}{', steady' if a.steady else ''}")
    return int(bool(lost))

if __name__ == '__main__': sys.exit(main())
