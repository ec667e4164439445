"""The drill: kills, full disks, signals, races, flipped bits and damaged inputs, on tiny inputs and without a network.

    python .ci/drill.py [--scale 0.1] [--seed 0] [KIND...]

Prints tried, survived and lost by kind, and what was lost; exits with 1 if anything was. `--scale 1.0` is the full size: 300 kills, 100 full
disks, 60 signals, 100 races, 300 flipped bits, 500 damaged inputs. A try is a forked child of one warm process, which calls what a command calls,
or the command line itself. Half of the kills come at a random moment, half at a random operation on files. Survived is: what was there before is
there and whole, the same call ends well afterwards with what an undisturbed one makes, and nothing else is left in the folder."""
import argparse, contextlib, fcntl, io, json, os, pickle, random, resource, shutil, signal, subprocess, sys, tempfile, time, traceback, warnings
from collections import Counter
from pathlib import Path

os.environ.setdefault('OMP_NUM_THREADS', '1')
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
warnings.filterwarnings('ignore')
import numpy as np, torch
from zeroshot_nb import ZeroLabelClassifier
from zeroshot_nb.core import InputError, read_json
from zeroshot_nb.cli import main as command
from zeroshot_nb.datasets.registry import tree_dataset
from zeroshot_nb.experiments.tables import TableSettings, _stage_one
from zeroshot_nb.features.backbone import Backbone
from zeroshot_nb.features.checkpoints import load_backbone, save_backbone
from zeroshot_nb.features.extract import extract_to, files_list, load_features
from zeroshot_nb.features.pretrain import finished, pretrain
from zeroshot_nb.images import image_files
from zeroshot_nb.model_files import read_model
from zeroshot_nb.toys.doodles import write_doodles
torch.set_num_threads(1)

NAMES = ['cat', 'dog', 'truck', 'ship']
TINY = dict(arch='resnet10', width=4, batch_size=8, epochs=2, save_minutes=0, device='cpu', progress=False)
TIMEOUT = 60 # Seconds until a try counts as stuck

# --- the world: inputs, and what can be made of them ---

class World:
    "Images, backbones, features and two classifiers in a folder"
    def __init__(self, top):
        self.top, rng = top, np.random.default_rng(0)
        for split, n in (('train', 24), ('test', 8)): write_doodles(top/'tree'/split, n, seed=n)
        self.images = top/'tree/train'
        self.nets = [Backbone('resnet10', 4).eval() for _ in range(2)]
        for i, net in enumerate(self.nets): net.size = 32; save_backbone(net, top/f'b{i}.safetensors', size=32)
        V = rng.normal(size=(4, 12))
        (top/'v.txt').write_text(''.join(f"{n} {' '.join(f'{v:.5f}' for v in r)}\n" for n, r in zip(NAMES, V)))
        x = np.repeat(V, 15, 0)+.3*rng.normal(size=(60, 12))
        np.savez(top/'f.npz', x=x.astype(np.float32), paths=np.array([f'{i}.png' for i in range(60)]))
        new = lambda i: ZeroLabelClassifier(NAMES, {n: v for n, v in zip(NAMES, V)}, random_state=i, progress=False, device='cpu')
        self.clfs = [new(i).fit((x+.01*i).astype(np.float32)) for i in range(2)]
        self.dataset = tree_dataset(self.top/'tree')
        self.settings = TableSettings(backbone=None, minutes=.01, device='cpu', progress=False)

def listed(folder): return sorted(str(p.relative_to(folder)) for p in folder.rglob('*') if p.is_file())

# A job: `make(which, folder)` makes an output, `look(folder)` says what is there (None: nothing) or raises, `names` what may lie in the folder.
class Save:
    "A model folder, which another is in already"
    name, before = 'fit', True
    def make(self, w, which, d): w.clfs[which].save(d/'model')
    def look(self, d):
        if not (d/'model/config.json').exists(): return None
        config, arrays, _ = read_model(d/'model')
        return config['classes'], config['params']['random_state'], {k: v.tobytes() for k, v in arrays.items()}
    def tidy(self, d): return len(listed(d)) == 3

class Features:
    "A features file that grows by two images"
    name, before = 'features', False
    def make(self, w, which, d): extract_to(w.nets[which], w.images, d/'f.npy', batch_size=2, device='cpu', progress=False)
    def look(self, d):
        if not (d/'f.npy').exists(): return None
        return (d/'f.npy').read_bytes(), load_features(d/'f.npy')[1]
    def tidy(self, d): return listed(d) == ['f.files.jsonl', 'f.npy']

class Pretrain:
    "A backbone and its log, again over those of the same run: those of another are refused"
    name, before, first = 'pretrain', True, 1
    def make(self, w, which, d): pretrain(w.images, d/'b.safetensors', seed=which, **TINY)
    def look(self, d):
        if (log := finished(d/'b.safetensors')) is None: return None
        load_backbone(d/'b.safetensors')
        return log['settings']['seed'], len(log['history'])
    def tidy(self, d): return listed(d) == ['b.json', 'b.safetensors']

class Stage:
    "The first step of `table`"
    name, before = 'table', False
    def make(self, w, which, d):
        pile = w.dataset.read(w.top/'tree', 'train')
        net, said = _stage_one(w.dataset, pile, d, '', w.settings)
        assert 'epochs in' in said
    def look(self, d):
        files = list(d.glob('backbones/*.safetensors'))
        return None if not files or finished(files[0]) is None else finished(files[0])['settings']['seed']
    def tidy(self, d): return [n.split('.')[-1] for n in listed(d)] == ['json', 'safetensors']

class Predict:
    "The command line: names of features, in a CSV file"
    name, before = 'predict', True
    def make(self, w, which, d):
        try: command(['predict', str(w.top/f'm{which}'), '--features', str(w.top/'f.npz'), '--out', str(d/'n.csv')])
        except SystemExit as e:
            if e.code: raise InputError(f'exit code {e.code}')
    def look(self, d): return (d/'n.csv').read_text() if (d/'n.csv').exists() else None
    def tidy(self, d): return listed(d) == ['n.csv']

class Command:
    "The command line: features of images, through memory"
    name, before = 'features npz', False
    def make(self, w, which, d):
        try: command(['features', str(w.images), '--backbone', str(w.top/f'b{which}.safetensors'), '--out', str(d/'f.npz'), '--device', 'cpu'])
        except SystemExit as e:
            if e.code: raise InputError(f'exit code {e.code}')
    def look(self, d): return load_features(d/'f.npz')[0].tobytes() if (d/'f.npz').exists() else None
    def tidy(self, d): return listed(d) == ['f.npz']

# --- children ---

pipes = {} # Process -> (descriptor of what it says, log): a pipe, which no limit on files concerns

def child(job, log, before=lambda: None):
    "Fork; the child runs `job` and ends with 0, 2 (bad input), 3 (no room), 130 (interrupted) or 1 and a traceback in `log`"
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
        signal.alarm(TIMEOUT)
        before()
        job()
        code = 0
    except InputError as e: print(e, flush=True); code = 2
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
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    said, log = pipes.pop(pid)
    with open(said, 'rb') as f, open(log, 'ab') as g: g.write(f.read())
    return code

def die_at(n):
    "Kill this process at its `n`th operation on files"
    left = iter(range(n))
    names = {'open', 'os.rename', 'os.remove', 'os.truncate', 'os.mkdir', 'os.chmod'}
    def hook(event, args):
        if event in names and (event != 'open' or isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
            if next(left, None) is None: os.kill(os.getpid(), 9)
    return lambda: sys.addaudithook(hook)

def limit_to(n):
    def f():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))
    return f

class Lost(Exception): pass

class Drill:
    def __init__(self, w, seed):
        self.w, self.rng, self.tried, self.lost, self.notes = w, random.Random(seed), Counter(), Counter(), []
        self.expected, self.seconds, self.steps, self.sizes = {}, {}, {}, {}
        self.jobs = [Save(), Features(), Pretrain(), Stage(), Predict(), Command()]

    def fresh(self):
        d = Path(tempfile.mkdtemp(dir=self.place)); return d

    def learn(self):
        "What undisturbed runs make, and how long they take"
        self.place = self.w.top
        for which in range(2): self.w.clfs[which].save(self.w.top/f'm{which}')
        for job in self.jobs:
            for which in range(2):
                d = self.fresh()
                t = time.time()
                code = ended(child(lambda: job.make(self.w, which, d), d.with_suffix('.log')))
                if code: sys.exit(f"{job.name}: {d.with_suffix('.log').read_text()}")
                self.seconds[job.name], self.expected[job.name, which] = time.time()-t, job.look(d)
                self.sizes[job.name] = max(p.stat().st_size for p in d.rglob('*') if p.is_file())
                if not job.tidy(d): sys.exit(f'{job.name} leaves {listed(d)}')
                shutil.rmtree(d)
            low, high = 0, 3000                                             # operations on files: by halving
            while high-low > 1:
                n, d = (low+high)//2, self.fresh()
                code = ended(child(lambda: job.make(self.w, 0, d), d.with_suffix('.log'), die_at(n)))
                low, high = (n, high) if code == -9 else (low, n)
                shutil.rmtree(d)
            self.steps[job.name] = high

    def attempt(self, kind, f):
        self.tried[kind] += 1
        try: f()
        except Lost as e: self.lost[kind] += 1; self.notes.append(f'{kind}: {e}')

    def whole(self, job, d, log, which=1, codes=()):
        "Check what a disturbed run left, then that the same call ends well"
        try: there = job.look(d)
        except Exception as e: raise Lost(f'{job.name}: what is there cannot be read: {type(e).__name__} {e}; {listed(d)}')
        known = [self.expected[job.name, i] for i in range(2)]+[None]*(not job.before)
        if there not in known: raise Lost(f'{job.name}: something else is there; {listed(d)}')
        if codes and (code := codes[0]) not in codes[1:]: raise Lost(f'{job.name}: code {code}: {log.read_text()[-600:]}')
        code = ended(child(lambda: job.make(self.w, which, d), log))
        if code: raise Lost(f'{job.name}: stuck with code {code}: {log.read_text()[-600:]}')
        if job.look(d) != self.expected[job.name, which]: raise Lost(f'{job.name}: another result afterwards')
        if not job.tidy(d): raise Lost(f'{job.name}: left behind {listed(d)}')
        shutil.rmtree(d); log.unlink(missing_ok=True)

    def begin(self, job):
        d = self.fresh(); log = d.with_suffix('.log')
        if job.before: ended(child(lambda: job.make(self.w, getattr(job, 'first', 0), d), log))
        return d, log

    # --- kinds ---

    def kills(self, n):
        for i in range(n):
            job = self.jobs[i % len(self.jobs)]
            d, log = self.begin(job)
            def f():
                if i//len(self.jobs) % 2:
                    pid = child(lambda: job.make(self.w, 1, d), log)
                    time.sleep(self.rng.uniform(0, 1.05*self.seconds[job.name]))
                    os.kill(pid, 9); ended(pid)
                else: ended(child(lambda: job.make(self.w, 1, d), log, die_at(self.rng.randrange(self.steps[job.name]))))
                self.whole(job, d, log)
            self.attempt(f'kill {job.name}', f)

    def disks(self, n):
        small = self.w.top/'small'
        small.mkdir(exist_ok=True)
        real = hasattr(os, 'geteuid') and os.geteuid() == 0 and \
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', str(small)], capture_output=True).returncode == 0
        try:
            for i in range(n):
                job, full = self.jobs[i % len(self.jobs)], real and i//len(self.jobs) % 2
                self.place = small if full else self.w.top
                d, log = self.begin(job)
                log = self.w.top/f'{d.name}.log'
                room = int(self.rng.uniform(0, 1.2)*self.sizes[job.name])
                def f():
                    if full:
                        free = os.statvfs(small); free = free.f_bavail*free.f_frsize
                        (small/'filler').write_bytes(bytes(max(0, free-room)))
                    code = ended(child(lambda: job.make(self.w, 1, d), log, (lambda: None) if full else limit_to(room)))
                    (small/'filler').unlink(missing_ok=True)
                    said = log.read_text()
                    if code == 3 and str(d) not in said: raise Lost(f'{job.name}: the file is not named: {said[-300:]}')
                    self.whole(job, d, log, 1, (code, 0, 2, 3))
                self.attempt('full disk (tmpfs)' if full else 'full disk (limit)', f)
                (small/'filler').unlink(missing_ok=True)
                shutil.rmtree(d, ignore_errors=True)
        finally:
            self.place = self.w.top
            if real: subprocess.run(['umount', str(small)])

    def signals(self, n):
        for i in range(n):
            job, number = self.jobs[i % len(self.jobs)], (signal.SIGINT, signal.SIGTERM)[i//len(self.jobs) % 2]
            d, log = self.begin(job)
            def f():
                pid = child(lambda: job.make(self.w, 1, d), log, lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
                time.sleep(self.rng.uniform(0, self.seconds[job.name]))
                os.kill(pid, number)
                code = ended(pid)
                self.whole(job, d, log, 1, (code, 0, 2, 130, 143, -number))
            self.attempt(f'signal {number.name}', f)

    def races(self, n):
        for i in range(n):
            job = self.jobs[i % len(self.jobs)]
            d = self.fresh(); log = d.with_suffix('.log')
            if job.name == 'table': job = self.jobs[0]
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

    def checkpoint(self):
        d = self.fresh()
        for n in range(self.steps['pretrain']-1, 0, -1):
            ended(child(lambda: pretrain(self.w.images, d/'b.safetensors', seed=1, **TINY), d.with_suffix('.log'), die_at(n)))
            if (d/'b.safetensors.ckpt').exists() and not (d/'b.safetensors').exists(): return d
            shutil.rmtree(d); d.mkdir()
        sys.exit('no checkpoint')

    def half(self):
        d = self.fresh()
        for n in range(30, 400, 7):
            ended(child(lambda: Features().make(self.w, 1, d), d.with_suffix('.log'), die_at(n)))
            if (d/'f.npy.part.json').exists(): return d
            shutil.rmtree(d); d.mkdir()
        sys.exit('no half-finished features')

    def call(self, f):
        "('refused', text), ('made', value) or ('traceback', text); in this process, with a time limit"
        def late(*a): raise TimeoutError('stuck')
        signal.signal(signal.SIGALRM, late); signal.alarm(TIMEOUT)
        try:
            with contextlib.redirect_stderr(io.StringIO()): return 'made', f()
        except InputError as e: return ('traceback' if 'weights_only' in str(e) else 'refused'), str(e)
        except BaseException: return 'traceback', traceback.format_exc()[-900:]
        finally: signal.alarm(0)

    def readers(self):
        "(name, files, call) of everything that reads what may be damaged"
        w, d = self.w, self.fresh()
        net = ZeroLabelClassifier(NAMES, {n: np.eye(4)[i] for i, n in enumerate(NAMES)}, backbone=w.nets[0], device='cpu', progress=False)
        net.fit(w.images).save(d/'m')
        for job in (Features(), Command()): ended(child(lambda: job.make(w, 1, d), d.with_suffix('.log')))
        save_backbone(w.nets[0], d/'b.safetensors', size=32)
        ckpt, half = self.checkpoint(), self.half()
        state = lambda: {k: v.numpy().tobytes() for k, v in load_backbone(d/'b.safetensors').state_dict().items()}
        def model():
            clf = ZeroLabelClassifier.load(d/'m')
            return clf.classes_.tolist(), clf.coef_.tobytes(), {k: v.numpy().tobytes() for k, v in clf.backbone_.state_dict().items()}, \
                str(clf.certificate_.to_dict()), clf.memory_.z.tobytes(), clf.predict(w.images).tolist()
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
        yield 'features', [d/'f.npy', d/'f.files.jsonl'], lambda: (load_features(d/'f.npy')[0].tobytes(), load_features(d/'f.npy')[1])
        yield 'features npz', [d/'f.npz'], lambda: (load_features(d/'f.npz')[0].tobytes(), load_features(d/'f.npz')[1])
        yield 'checkpoint', [ckpt/'b.safetensors.ckpt'], lambda: resumed(Pretrain(), ckpt, ['b.safetensors.ckpt'])
        yield 'half-finished', [half/n for n in grown], lambda: resumed(Features(), half, grown)

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
                    key = rng.choice(list(obj))
                    if rng.random() < .2: del obj[key]
                    else: obj[key] = rng.choice(odd)
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
                np.savez(out, x=rng.choice([x, x[0], x[None], x.astype(object), x.astype(complex), np.array(['a']*24), x[:0]]), paths=paths)
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

SIZES = dict(kills=300, disks=100, signals=60, races=100, flips=300, inputs=500)

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('kinds', nargs='*', help=f"of {', '.join(SIZES)}; default: all")
    p.add_argument('--scale', type=float, default=.1)
    p.add_argument('--seed', type=int, default=0)
    a = p.parse_args()
    if set(a.kinds)-set(SIZES): p.error(f"kinds: {', '.join(SIZES)}")
    start = time.time()
    with tempfile.TemporaryDirectory() as top:
        drill = Drill(World(Path(top)), a.seed)
        drill.learn()
        print('undisturbed:', ', '.join(f'{k} {v:.2f} s and {drill.steps[k]} operations on files' for k, v in drill.seconds.items()), flush=True)
        for kind in a.kinds or SIZES:
            t = time.time()
            getattr(drill, kind)(max(1, round(a.scale*SIZES[kind])))
            print(f'{kind} took {time.time()-t:.0f} s', flush=True)
    print('\n'.join(drill.notes))
    print(f"{'kind':32} tried survived lost")
    for kind, n in sorted(drill.tried.items()): print(f'{kind:32} {n:5} {n-drill.lost[kind]:8} {drill.lost[kind]:4}')
    n, lost = sum(drill.tried.values()), sum(drill.lost.values())
    print(f"{'all':32} {n:5} {n-lost:8} {lost:4}   in {time.time()-start:.0f} s, scale {a.scale}, seed {a.seed}")
    return int(bool(lost))

if __name__ == '__main__': sys.exit(main())
